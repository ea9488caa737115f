"""Articles of our own, runs over them as processes, and what two runs are compared by."""

import json
import subprocess
import sys
from pathlib import Path

HEAD = '+++\ntitle = "{title}"\npublished = {day}\noutlet = "{outlet}"\nnote = "keiiの試験用に書き下ろした文章です。"\n+++\n'
ARTICLES = {
    "hashi-1": (
        HEAD.format(title="橋の会社の社長が辞任", day="2024-05-11", outlet="川上新報"),
        "橋梁大手の青山橋梁は5月10日、田中一郎社長が同日付で辞任したと発表した。後任には鈴木花子副社長が就いた。"
        "読売新聞によると、県警は11日、青山橋梁の本社を捜索した。\n",
    ),
    "hashi-2": (
        HEAD.format(title="青山橋梁をめぐる動き", day="2024-05-12", outlet="海辺ニュース"),
        "こんにちは。今日は橋の会社の話です。\n\n青山橋梁の田中社長は10日に辞任しました。後任は鈴木花子氏です。\n\n"
        "シェアする ツイート\n\n5月12日(月)、市は橋の工事を来月再開すると明らかにしました。\n",
    ),
    "jishin": (
        HEAD.format(title="川上町で地震", day="2024-04-02", outlet="川上新報"),
        "4月1日午前9時ごろ、川上町で震度5弱の地震があった。気象庁によると、津波の心配はない。町によると、3人がけがをした。\n",
    ),
}
OUTPUTS = ["claims.jsonl", "events.jsonl", "names.jsonl", "claims.csv", "events.csv", "timeline.html"]


def write(folder: Path, copies: int = 1) -> Path:
    """The articles as files, each in so many copies that differ in a sentence."""
    folder.mkdir(parents=True)
    for name, (head, body) in ARTICLES.items():
        for number in range(copies):
            text = head + body + (f"これは{number}番目の記事だ。\n" if copies > 1 else "")
            (folder / f"{name}{f'-{number:02d}' if copies > 1 else ''}.txt").write_text(text, encoding="utf-8")
    return folder


def keii(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "keii", *map(str, arguments)], capture_output=True, text=True)


def outputs(out: Path) -> dict[str, bytes]:
    found = {name: (out / name).read_bytes() for name in OUTPUTS}
    told = json.loads((out / "run.json").read_text(encoding="utf-8"))
    del told["seconds"]
    for article in told["articles"]:
        del article["path"]
    return found | {"run.json": json.dumps(told, ensure_ascii=False).encode()}


def same(a: dict[str, bytes], b: dict[str, bytes]) -> bool:
    differing = [name for name in a if a[name] != b[name]]
    assert not differing, differing
    return True
