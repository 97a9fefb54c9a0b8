from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from keqiao.engine import Document, EdgeIndex, Query
from keqiao.engine.beir import BadFolder, Folder, read_folder, read_judgements, read_queries, write_run
from keqiao.engine.evaluate import average_precision, measure, ndcg, rank_folder, recall, reciprocal_rank, spearman

GRADES = {"a": 3, "b": 0, "c": 1, "d": 2}


def test_ndcg_by_hand() -> None:
    gained = 1 / math.log2(2) + 7 / math.log2(3) + 0 + 3 / math.log2(5)
    best = 7 / math.log2(2) + 3 / math.log2(3) + 1 / math.log2(4)
    assert ndcg(["c", "a", "b", "d"], GRADES) == pytest.approx(gained / best)


def test_ndcg_of_the_best_order_is_one_and_of_no_gain_is_left_out() -> None:
    assert ndcg(["a", "d", "c", "b"], GRADES) == 1.0
    assert ndcg(["b"], {"b": 0}) is None


def test_ndcg_looks_at_ten_documents_and_counts_unjudged_as_zero() -> None:
    assert ndcg([*map(str, range(10)), "a"], GRADES) == 0.0


def test_average_precision_by_hand() -> None:
    assert average_precision(["c", "a", "b", "d"], GRADES) == pytest.approx((1 / 2 + 2 / 4) / 2)
    assert average_precision(["a"], GRADES) == pytest.approx(1 / 2)
    assert average_precision(["c"], {"c": 1}) is None
    assert average_precision(["c"], {"c": 1}, relevant=1) == 1.0


def test_reciprocal_rank_by_hand() -> None:
    assert reciprocal_rank(["c", "b", "d"], GRADES) == pytest.approx(1 / 3)
    assert reciprocal_rank(["c"], GRADES) == 0.0
    assert reciprocal_rank(["c"], {"c": 1}) is None


def test_recall_by_hand() -> None:
    assert recall(["a", "c"], GRADES, depth=1) == 0.5
    assert recall(["c", "a", "d"], GRADES, depth=100) == 1.0
    assert recall([], {"b": 0}) is None


def test_spearman_by_hand() -> None:
    assert spearman({"a": 0.9, "d": 0.5, "c": 0.2}, GRADES) == pytest.approx(1.0)
    assert spearman({"b": 0.9, "c": 0.5, "d": 0.2}, GRADES) == pytest.approx(-1.0)
    assert spearman({"a": 1.0, "b": 1.0, "c": 1.0, "d": 1.0}, GRADES) is None
    assert spearman({"a": 1.0}, {"a": 1, "b": 1}) is None


def test_spearman_with_ties_shares_ranks() -> None:
    # ranks of the scores 3.5 3.5 1.5 1.5, of the grades 4 1 2 3
    assert spearman({"a": 1.0, "b": 1.0}, GRADES) == pytest.approx(0.0)
    assert spearman({"a": 1.0, "d": 1.0}, GRADES) == pytest.approx(4 / math.sqrt(4 * 5))


def test_measure_takes_the_mean_over_queries_that_count() -> None:
    run = {"q1": [("a", 1.0), ("b", 0.5)], "q2": [("x", 1.0)]}
    measures = measure(run, {"q1": {"a": 3, "b": 0}, "q2": {"x": 0}, "q3": {"y": 2}})
    assert measures == {
        **dict.fromkeys(["nDCG@10", "MAP", "MRR", "recall@10", "recall@100"], 0.5),
        "Spearman": pytest.approx(1.0),
        "queries": 3,
    }


def test_measure_with_yes_and_no_grades_takes_one_as_relevant() -> None:
    measures = measure({"q": [("b", 2.0), ("a", 1.0)]}, {"q": {"a": 1}})
    assert (measures["MAP"], measures["MRR"], measures["recall@10"]) == (0.5, 0.5, 1.0)
    assert measures["nDCG@10"] == pytest.approx(1 / math.log2(3))


def test_measure_orders_equal_scores_by_id() -> None:
    assert measure({"q": [("b", 1.0), ("a", 1.0)]}, {"q": {"a": 2, "b": 0}})["MRR"] == 1.0


def test_measure_of_nothing() -> None:
    assert measure({}, {}) == dict.fromkeys(["nDCG@10", "MAP", "MRR", "recall@10", "recall@100", "Spearman"]) | {
        "queries": 0
    }


DOCUMENTS = [Document(id="a", title="消光涂层"), Document(id="b", title="固态电池"), Document(id="c", title="液冷机柜")]
FOLDER = Folder(DOCUMENTS, {"q": Query(text="超黑消光涂层")}, {"q": {"c": 0, "b": 0, "a": 3}, "unasked": {"a": 1}})


def test_judged_only_ranks_all_and_only_judged_documents(index: EdgeIndex) -> None:
    index.upsert([*DOCUMENTS, Document(id="z", title="超黑消光涂层")])
    run = rank_folder(index, FOLDER, judged_only=True)
    assert [name for name, _ in run["q"]] == ["a", "b", "c"]
    assert [score for _, score in run["q"]][1:] == [0.0, 0.0]
    assert run["unasked"] == [("a", 0.0)]


def test_whole_corpus_is_ranked_otherwise(index: EdgeIndex) -> None:
    index.upsert([*DOCUMENTS, Document(id="z", title="超黑消光涂层")])
    assert [name for name, _ in rank_folder(index, FOLDER, judged_only=False)["q"]] == ["z", "a"]


def write_folder(path: Path) -> Path:
    (path / "qrels").mkdir(parents=True)
    corpus = [{"_id": d.id, "title": d.title, "text": ""} for d in DOCUMENTS]
    (path / "corpus.jsonl").write_text("\n".join(json.dumps(entry) for entry in corpus) + "\n\n")
    (path / "queries.jsonl").write_text(json.dumps({"_id": "q", "text": "超黑消光涂层"}) + "\n")
    (path / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq\ta\t3\nq\tb\t0\n")
    return path


def test_folder_is_read(tmp_path: Path) -> None:
    folder = read_folder(write_folder(tmp_path / "beir"))
    first = folder.documents[0]
    assert (first.id, first.title, first.language) == ("a", "消光涂层", "zh")
    assert folder.queries["q"].text == "超黑消光涂层"
    assert folder.judgements == {"q": {"a": 3, "b": 0}}


@pytest.mark.parametrize(
    ("content", "message"),
    [("{", "line 1: not JSON"), ('{"_id": "q"}', "line 1: text missing"), ("[]", "line 1: _id, text missing")],
)
def test_bad_line_is_named(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "queries.jsonl").write_text(content)
    with pytest.raises(BadFolder, match=message):
        read_queries(tmp_path / "queries.jsonl")


@pytest.mark.parametrize("line", ["q a 3", "q\ta", "q\ta\tgood", "q\ta\t1.5"])
def test_bad_judgement_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / "test.tsv").write_text(f"query-id\tcorpus-id\tscore\n{line}\n")
    with pytest.raises(BadFolder, match="line 2: not query, document and whole grade"):
        read_judgements(tmp_path / "test.tsv")


def test_missing_file_and_wrong_encoding_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadFolder, match=r"corpus\.jsonl cannot be read"):
        read_folder(tmp_path)
    (tmp_path / "queries.jsonl").write_bytes("{涂层}".encode("gb18030"))
    with pytest.raises(BadFolder, match=r"queries\.jsonl cannot be read"):
        read_queries(tmp_path / "queries.jsonl")


def test_run_file_is_in_trec_form(tmp_path: Path) -> None:
    write_run(tmp_path / "run.trec", {"q": [("a", 0.5), ("b", 0.25)], "none": []})
    assert (tmp_path / "run.trec").read_text() == "q Q0 a 1 0.500000 keqiao\nq Q0 b 2 0.250000 keqiao\n"
