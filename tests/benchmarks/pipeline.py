"""The whole way of a video, ours beside the seed workflow's shape: CPU seconds a frame, and their ratio.

    python tests/benchmarks/pipeline.py [--keyframe] [--minutes 10] [--rounds 1] [--video FILE] [--all]
                                        [--python WITH_TENSORFLOW]

Ours is the real command, `maskflow run -f workflows/mask.yaml VIDEO -o DIR`, in an empty MASKFLOW_HOME, with all the
processes that it starts. The seed's shape decodes every frame (`ffmpeg -vf fps=12/60` where ffmpeg is installed, else
PyAV), then starts a process a picture that finds and blurs faces and a process a picture that looks for masks. Those
are measured on a few pictures spread over the video (`--all`: on all) and counted for every one. Both give a picture
every 5 s, and both use our networks at our sizes. Only CPU time is compared; rounds go through the rivals in turn, and
the median counts. "Warm" leaves out what our command spends on a video of one frame.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
from _clip import clip
from _spent import Spent, command

from maskflow.vision import onnx

ROOT = Path(__file__).parents[2]
FUNCTIONS = ROOT / "functions"
YUNET = FUNCTIONS / "anon-and-split" / "yunet.onnx"
YOLO = FUNCTIONS / "mask-detector" / "mask-detector.onnx"
PICTURE = Path(__file__).with_name("_seed_picture.py")
SECONDS = 5
AIMS = {"exact": 30, "keyframe": 50}
"""By how much less than the seed's shape a warm frame is to cost."""


@dataclass(frozen=True, slots=True)
class Round:
    """What each rival spent on the whole video in one round, by stage."""

    frames: int
    ours: Spent
    start: Spent
    """Of the same command on a video of one frame: nearly all of it does not grow with the video."""
    stages: dict[str, Spent]


def workflow_of(mode: str, folder: Path) -> Path:
    """The shipped workflow, sampling in that mode."""
    text = (ROOT / "workflows" / "mask.yaml").read_text("utf-8").replace("../functions", str(FUNCTIONS))
    chosen = text.replace("          INTERVAL: '5'", f"          SAMPLING: {mode}\n          INTERVAL: '5'")
    if chosen == text:
        sys.exit("workflows/mask.yaml has no INTERVAL beside which SAMPLING could be set")
    path = folder / "mask.yaml"
    path.write_text(chosen, "utf-8")
    return path


def ours(video: Path, folder: Path, mode: str) -> tuple[Spent, int]:
    """Our command on `video`; the frames that came out at its end."""
    folder.mkdir()
    workflow = workflow_of(mode, folder)
    words: list[str | Path] = [sys.executable, "-m", "maskflow", "run", "-f", workflow, video, "-o", folder / "out"]
    cost = command(words, {"MASKFLOW_HOME": str(folder / "home"), "PYTHONPATH": str(ROOT / "src")})
    return cost, sum(1 for _ in (folder / "out").rglob("img*.jpg"))


def still(video: Path, target: Path) -> Path:
    """A video of the first frame alone."""
    with av.open(str(video)) as source, av.open(str(target), "w") as container:
        stream = source.streams.video[0]
        into = container.add_stream_from_template(stream)
        for packet in source.demux(stream):
            packet.stream = into
            container.mux(packet)
            break
    return target


def decode(video: Path, folder: Path) -> tuple[Spent, list[Path]]:
    """Every frame decoded, one of 5 s written: the seed's first step."""
    folder.mkdir()
    if shutil.which("ffmpeg"):
        rate = f"fps={60 // SECONDS}/60"
        words: list[str | Path] = [
            "ffmpeg",
            "-v",
            "error",
            "-threads",
            "1",
            "-i",
            video,
            "-vf",
            rate,
            folder / "img%d.jpg",
        ]
        cost = command(words)
    else:
        cost = command([sys.executable, __file__, "--decode", video, folder])
    return cost, sorted(folder.glob("*.jpg"), key=lambda path: (len(path.name), path.name))


def decode_here(video: Path, folder: Path) -> None:
    """The same with PyAV, where there is no ffmpeg program."""
    import cv2

    with av.open(str(video)) as container:
        container.streams.video[0].codec_context.thread_count = 1
        wanted = SECONDS / 2
        for frame in container.decode(video=0):
            if frame.time is not None and frame.time >= wanted:
                cv2.imwrite(str(folder / f"img{int(wanted / SECONDS) + 1}.jpg"), frame.to_ndarray(format="bgr24"))
                wanted += SECONDS


def seed(video: Path, folder: Path, python: str, sample: int) -> dict[str, Spent]:
    """The stages of the seed's shape for all of the video's pictures."""
    cost, pictures = decode(video, folder / "seed")
    chosen = pictures[:: max(1, len(pictures) // sample)] if sample else pictures
    scale = len(pictures) / len(chosen)
    about = onnx.load(YOLO).metadata
    layout = json.dumps([int(about["size"]), json.loads(about["heads"])])
    stages = {"decode everything": cost, "faces": Spent(), "faces, tensorflow": Spent(), "masks": Spent()}
    if python:  # once for nothing, so that its bytecode is there, as it is for all the others
        command([python, PICTURE, "faces", YUNET, chosen[0], folder / "warm.jpg", "--tensorflow"])
    for picture in chosen:
        hidden = picture.with_name(f"hidden-{picture.name}")
        stages["faces"] += command([sys.executable, PICTURE, "faces", YUNET, picture, hidden])
        stages["masks"] += command([sys.executable, PICTURE, "masks", YOLO, hidden, hidden, layout])
        if python:
            stages["faces, tensorflow"] += command([python, PICTURE, "faces", YUNET, picture, hidden, "--tensorflow"])
    return {name: one.times(1 if name.startswith("decode") else scale) for name, one in stages.items()}


def rounds(video: Path, mode: str, python: str, sample: int, count: int) -> Iterator[Round]:
    for _ in range(count):
        with tempfile.TemporaryDirectory(prefix="pipeline-") as name:
            folder = Path(name)
            short = still(video, folder / f"still{video.suffix}")
            start, _frames = ours(short, folder / "start", mode)
            cost, frames = ours(video, folder / "ours", mode)
            yield Round(frames, cost, start, seed(video, folder, python, sample))


def has_tensorflow(python: str) -> bool:
    probe = "import importlib.util as u; raise SystemExit(not (u.find_spec('tensorflow') and u.find_spec('cv2')))"
    return subprocess.run([python, "-c", probe], check=False).returncode == 0


def median(costs: list[Spent]) -> Spent:
    return Spent(statistics.median(cost.cpu for cost in costs), max(cost.peak for cost in costs))


def line(name: str, cost: Spent, frames: int) -> None:
    print(f"{name:34}{cost.cpu:9.2f} s{cost.cpu / frames:9.3f} s a frame{cost.peak:8.0f} MiB")


def report(done: list[Round], mode: str, note: str) -> None:
    frames = done[0].frames
    mine, start = median([one.ours for one in done]), median([one.start for one in done])
    print(f"{frames} frames; {note}; CPU seconds, and peak memory of the largest process")
    line("ours, whole", mine, frames)
    line("  a video of one frame", start, frames)
    warm = Spent(max(mine.cpu - start.cpu, 1e-9), mine.peak)
    line("  warm: all frames but the first", warm, max(frames - 1, 1))
    stages = {name: median([one.stages[name] for one in done]) for name in done[0].stages}
    for name, cost in stages.items():
        if cost.cpu:
            line(f"seed's shape, {name}", cost, frames)
    for faces in ("faces", "faces, tensorflow"):
        if stages[faces].cpu:
            whole = stages["decode everything"] + stages[faces] + stages["masks"]
            line(f"seed's shape, whole ({faces})", whole, frames)
            ratio = whole.cpu / frames / warm.cpu * (frames - 1)
            print(f"  ratio {whole.cpu / mine.cpu:.1f}x; warm {ratio:.1f}x (aim: {AIMS[mode]}x)")


def main() -> int:
    if sys.argv[1:2] == ["--decode"]:
        decode_here(Path(sys.argv[2]), Path(sys.argv[3]))
        return 0
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--keyframe", action="store_true", help="sample at key frames, not exactly")
    parser.add_argument("--minutes", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--video", type=Path)
    parser.add_argument("--python", default=sys.executable, help="a Python that has tensorflow and OpenCV")
    parser.add_argument("--sample", type=int, default=6, help="pictures for which the seed's processes are measured")
    parser.add_argument("--all", action="store_true", help="measure them for every picture")
    chosen = parser.parse_args()
    video = chosen.video or clip(ROOT / "build" / "benchmarks", chosen.minutes)
    python = chosen.python if has_tensorflow(chosen.python) else ""
    sample = 0 if chosen.all else chosen.sample
    decoder = "ffmpeg" if shutil.which("ffmpeg") else "PyAV (there is no ffmpeg here)"
    note = f"{video.name}; seed's shape decoded by {decoder}, its processes " + (f"of {sample}" if sample else "all")
    mode = "keyframe" if chosen.keyframe else "exact"
    note = f"{mode} sampling of {note}" + ("" if python else "; no tensorflow here")
    report(list(rounds(video, mode, python, sample, chosen.rounds)), mode, note)
    return 0


if __name__ == "__main__":
    sys.exit(main())
