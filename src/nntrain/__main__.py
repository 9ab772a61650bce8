"""``python -m nntrain``: the command line."""

from nntrain.cli import entry

if __name__ == "__main__":
    entry()
