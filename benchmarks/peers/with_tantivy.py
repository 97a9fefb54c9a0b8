"""tantivy, the search library most like Lucene: BM25 over the words that rjieba cuts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import tantivy

from peers.base import TOP
from peers.texts import Text
from peers.words import cut

ROOM = 300_000_000
TITLE_BOOST = 3.0


class Engine:
    def __init__(self, folder: Path, _name: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        builder = tantivy.SchemaBuilder()
        builder.add_text_field("id", stored=True, tokenizer_name="raw")
        for name in ("title", "text"):
            builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
        builder.add_text_field("place", tokenizer_name="raw", index_option="basic")
        self.schema = builder.build()
        self.index = tantivy.Index(self.schema, str(folder))
        self.writer = self.index.writer(ROOM, 1)

    def build(self, batches: Iterable[Sequence[Text]]) -> None:
        for batch in batches:
            for offer in batch:
                self.add(offer)
        self.commit()

    def add(self, offer: Text) -> None:
        row = {"id": offer.id, "title": cut(offer.title), "text": cut(offer.text), "place": offer.place}
        self.writer.add_document(tantivy.Document.from_dict(row, self.schema))

    def commit(self) -> None:
        self.writer.commit()
        self.index.reload()

    def insert(self, offer: Text) -> None:
        self.add(offer)
        self.commit()

    def search(self, need: Text, place: str = "", limit: int = TOP) -> list[str]:
        words = dict.fromkeys(cut(f"{need.title} {need.text}").split())
        wanted = tantivy.Query.boolean_query([(tantivy.Occur.Should, self.either(word)) for word in words])
        if place:
            narrowed = tantivy.Query.term_query(self.schema, "place", place, "basic")
            nothing = tantivy.Query.const_score_query(narrowed, 0.0)
            wanted = tantivy.Query.boolean_query([(tantivy.Occur.Must, wanted), (tantivy.Occur.Must, nothing)])
        searcher = self.index.searcher()
        return [searcher.doc(place)["id"][0] for _score, place in searcher.search(wanted, limit, count=False).hits]

    def either(self, word: str) -> tantivy.Query:
        titled = tantivy.Query.boost_query(tantivy.Query.term_query(self.schema, "title", word, "freq"), TITLE_BOOST)
        written = tantivy.Query.term_query(self.schema, "text", word, "freq")
        return tantivy.Query.boolean_query([(tantivy.Occur.Should, titled), (tantivy.Occur.Should, written)])

    def processes(self) -> list[int]:
        return []

    def close(self) -> None:
        self.writer.wait_merging_threads()
