"""Twenty visitors at once for a minute, each doing what people do, a second apart. Aim: not one error."""

from __future__ import annotations

import random
import sys
import threading
import time
from urllib.parse import quote

from client import Answer, Browser, percentile
from match import TEXTS
from pages import WORDS
from report import record

USERS, SECONDS, PAUSE = 20, 60, 1.0


def visit(url: str, number: int, end: float, took: list[float], wrong: list[str]) -> None:
    """One visitor until the end of the minute."""
    rng, browser = random.Random(number), Browser(url)
    try:
        browser.get("/accounts/login/")
        if number % 4 == 0:
            browser.log_in("owner@demo.example")
        needs = browser.numbers("/needs/", "needs")
        while time.monotonic() < end:
            answer = step(browser, rng, needs)
            took.append(answer.milliseconds)
            if answer.status != 200:
                wrong.append(f"{answer.status}")
            time.sleep(PAUSE * rng.uniform(0.5, 1.5))
    except OSError as error:
        wrong.append(repr(error))


def step(browser: Browser, rng: random.Random, needs: list[str]) -> Answer:
    """Mostly reading, some searching, a little matching."""
    kind = rng.random()
    if kind < 0.15:
        return browser.get("/")
    if kind < 0.45:
        return browser.get(f"/{rng.choice(['needs', 'achievements'])}/?page={rng.randint(1, 50)}")
    if kind < 0.75:
        return browser.get(f"/needs/{rng.choice(needs)}/")
    if kind < 0.9:
        return browser.get(f"/search/?q={quote(rng.choice(WORDS))}")
    return browser.post("/match/", {"text": rng.choice(TEXTS)}, htmx=True)


def main(url: str) -> None:
    took: list[float] = []
    wrong: list[str] = []
    end = time.monotonic() + SECONDS
    threads = [threading.Thread(target=visit, args=(url, number, end, took, wrong)) for number in range(USERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    row = (
        str(USERS), str(SECONDS), str(len(took)), str(len(wrong)), f"{percentile(took, 0.5):.0f}",
        f"{percentile(took, 0.95):.0f}",
    )  # fmt: skip
    record("users", "keqiao bench users", ("visitors", "seconds", "requests", "errors", "p50, ms", "p95, ms"), [row])
    if wrong:
        raise SystemExit(f"errors: {sorted(set(wrong))}")


if __name__ == "__main__":
    main(sys.argv[1])
