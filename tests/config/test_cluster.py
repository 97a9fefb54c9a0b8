from __future__ import annotations

import pytest

from keqiao.config.cluster import ClusterSettings, cluster_settings
from keqiao.config.env import BadSetting


def test_without_an_address_the_index_lies_in_the_data_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    for empty in ("", " ", " , "):
        monkeypatch.setenv("QDRANT_URL", empty)
        assert cluster_settings() is None


def test_what_the_environment_says_of_a_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QDRANT_URL", "http://one:6333, https://two/,")
    assert cluster_settings() == ClusterSettings(("http://one:6333", "https://two"), "", "keqiao", 0, 2)
    for name, value in {
        "QDRANT_API_KEY": "open sesame",
        "KEQIAO_INDEX_NAME": "wuhan",
        "KEQIAO_INDEX_SHARDS": "6",
        "KEQIAO_INDEX_REPLICAS": "3",
    }.items():
        monkeypatch.setenv(name, value)
    found = cluster_settings()
    assert found == ClusterSettings(("http://one:6333", "https://two"), "open sesame", "wuhan", 6, 3)
    assert str(found) == "wuhan at http://one:6333, https://two"
    assert "sesame" not in repr(found)


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("QDRANT_URL", "one:6333", r"QDRANT_URL must be an address like .*, not 'one:6333'"),
        ("QDRANT_URL", "http://one:6333,ftp://two", "not 'ftp://two'"),
        ("KEQIAO_INDEX_SHARDS", "many", "KEQIAO_INDEX_SHARDS must be a whole number, not 'many'"),
        ("KEQIAO_INDEX_SHARDS", "-1", "KEQIAO_INDEX_SHARDS must be 0 or more, not -1"),
        ("KEQIAO_INDEX_REPLICAS", "0", "KEQIAO_INDEX_REPLICAS must be 1 or more, not 0"),
        ("KEQIAO_INDEX_NAME", "科 桥", "KEQIAO_INDEX_NAME must be made of letters, digits, - and _, not '科 桥'"),
        ("QDRANT_API_KEY_FILE", "/nowhere", "QDRANT_API_KEY_FILE points to /nowhere"),
    ],
)
def test_what_cannot_be_meant_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str) -> None:
    monkeypatch.setenv("QDRANT_URL", "http://one:6333")
    monkeypatch.setenv(name, value)
    with pytest.raises(BadSetting, match=told):
        cluster_settings()


def test_without_the_package_the_start_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QDRANT_URL", "http://one:6333")
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(BadSetting, match=r"keqiao\[cluster\]"):
        cluster_settings()
