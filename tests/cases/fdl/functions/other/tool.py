"""A name through an import."""

from shutil import copyfile as copy

RUN = copy
