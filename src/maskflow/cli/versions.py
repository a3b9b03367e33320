"""Which versions of maskflow and of what it stands on are installed."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

LIBRARIES = ("click", "pyyaml", "numpy", "opencv-python-headless", "onnxruntime", "av", "boto3", "watchfiles", "psutil")


def of(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def of_maskflow() -> str:
    found = of("maskflow")
    return "of a source folder" if found == "not installed" else found
