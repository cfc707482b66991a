SCENES: list[str] = []


def check(stage):
    yield from ()
