# SPDX-License-Identifier: Apache-2.0
"""Reads the pictures of a written release, whichever of four formats the folder has, with Python alone.

read(folder) gives a Sample for each picture, with the split that the release puts it in. Parquet needs pyarrow or
duckdb. auc() is the area under the ROC curve.
"""
import csv
import glob
import json
import os
import tarfile
from collections import namedtuple
from functools import partial

# split: train, validation or test. fake: the label, 0 or 1. p_fake: what the crowd believes, truth: what the source
# says ("real" or "fake"); None where nobody said so. load(): the bytes of the file.
Sample = namedtuple("Sample", "item split fake p_fake truth load")


def target(sample):
    """What a detector learns: the crowd's certainty where there is one, else the label."""
    return float(sample.fake) if sample.p_fake is None else sample.p_fake


def _sample(row, split, fake, load):
    p_fake = row.get("p_fake")
    return Sample(row["item"], split, int(fake), None if p_fake in (None, "") else float(p_fake), row.get("truth") or None, load)


def _part(path, offset=0, size=-1):
    with open(path, "rb") as file:
        file.seek(offset)
        return file.read(size)


def _class_folders(folder):
    with open(os.path.join(folder, "labels.csv"), newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            split, label, _ = row["file"].split("/", 2)  # train/1_fake/...
            if row["media_type"] == "image":
                yield _sample(row, split, label == "1_fake", partial(_part, os.path.join(folder, row["file"])))


def _huggingface(tables):
    for path in tables:
        beside = os.path.dirname(path)
        with open(path, encoding="utf-8") as file:
            for row in map(json.loads, file):
                yield _sample(row, os.path.basename(beside), row["label"] == "fake", partial(_part, os.path.join(beside, row["file_name"])))


def _webdataset(shards):
    for shard in shards:
        with tarfile.open(shard) as tar:
            media, classes, rows = {}, {}, {}
            for member in tar:
                key, ending = member.name.split(".", 1)
                if ending == "json":
                    rows[key] = json.load(tar.extractfile(member))
                elif ending == "cls":
                    classes[key] = int(tar.extractfile(member).read())
                else:
                    media[key] = partial(_part, shard, member.offset_data, member.size)
        for key, load in media.items():
            yield _sample(rows[key], rows[key]["split"], classes[key], load)


def _parquet(parts):
    columns = ["item", "split", "label", "p_fake", "truth"]
    try:
        from pyarrow import parquet
        rows = (row for part in parts for row in parquet.read_table(part, columns=columns + ["image"]).to_pylist())
    except ImportError:
        try:
            import duckdb
        except ImportError:
            raise SystemExit("Parquet needs pyarrow or duckdb (pip install pyarrow): neither is here.") from None
        found = duckdb.sql(f"SELECT {', '.join(columns)}, image.bytes FROM read_parquet({parts!r})").fetchall()
        rows = ({**dict(zip(columns, row)), "image": {"bytes": row[-1]}} for row in found)
    for row in rows:
        yield _sample(row, row["split"], row["label"], lambda held=row["image"]["bytes"]: held)


def read(folder):
    def there(*pattern):
        return sorted(glob.glob(os.path.join(glob.escape(folder), *pattern)))
    metadata = there("image", "*", "metadata.jsonl") or there("*", "metadata.jsonl")
    shards, parts = there("image-*.tar"), there("data", "image", "*.parquet")
    if metadata:
        return list(_huggingface(metadata))
    if shards:
        return list(_webdataset(shards))
    if parts:
        return list(_parquet(parts))
    if there("*", "[01]_*"):
        return list(_class_folders(folder))
    raise SystemExit(f"{folder}: no pictures as class-folders, huggingface, webdataset or parquet")


def auc(scores, fakes):
    """How often a fake scores above a real one, ties half; None where there is but one of the two."""
    ranked, ranks, at = sorted(zip(scores, fakes)), 0.0, 0
    while at < len(ranked):
        end = at
        while end < len(ranked) and ranked[end][0] == ranked[at][0]:
            end += 1
        ranks += (at + end + 1) / 2 * sum(fake for _, fake in ranked[at:end])  # the mean rank of equal scores, from 1
        at = end
    fake = sum(fakes)
    pairs = fake * (len(ranked) - fake)
    return (ranks - fake * (fake + 1) / 2) / pairs if pairs else None
