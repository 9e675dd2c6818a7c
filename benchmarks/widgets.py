"""How fast a widget answers, beside `interact` with matplotlib drawing the same picture, in one run.

    python benchmarks/widgets.py [--wait MINUTES] [NAME ...]

Every widget stands in a real JupyterLab notebook in Chromium, at its lesson's size, there with a processor slowed four
times, too, and at ten times that size; beside them `ipywidgets.interact` over the widget's own still picture. The
browser's numbers must be Python's; then:

- input to paint: from an input event to the animation frame that shows its drawing; the median of 30 single moves.
  For `interact` the drawing is the new image, decoded. The browser has no screen: one with 60 pictures a second adds
  up to 16 ms to both until its next refresh.
- frames: how many of 40 moves, 25 ms apart, were drawn.

Writes results/widgets.json beside this file and prints a table. Needs what the browser tests need.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "tests" / "widgets")]

from agreement import agree  # noqa: E402
from browser import FLAGS, chromium_path  # noqa: E402
from jupyter_host import WAIT_MS, Lab, Server  # noqa: E402
from widget_examples import EXAMPLES, QUESTIONS, Example  # noqa: E402

RESULTS = HERE / "results" / "widgets.json"
MOVES, GAP_MS, DRAG_MOVES, DRAG_MS = 30, 60, 40, 25
TARGETS = {"lesson": 16.0, "slowed": 50.0, "ten times": 33.0}
SLOWED = 4  # times, by Chromium's own brake: a phone
CALM = 2.0  # load average below which two cores are not shared with others
PACKAGES = ("anywidget", "ipywidgets", "jupyterlab", "matplotlib", "numpy", "torch")

# Ten times the lesson's bases, points, pixels or tokens; BoundaryExplorer and SequenceEncoder at their limits.
TEN_TIMES = {
    "AttentionMap": (
        "AttentionMap('ACGTTGCA' * 75, torch.softmax(torch.randn(2, 4, 600, 600, "
        "generator=torch.Generator().manual_seed(0)) * 3, -1), [(25, 36, 'TATA box'), (300, 360, 'Inr')], base=310)"
    ),
    "AttentionSteps": "AttentionSteps('ACGT' * 10, *np.random.default_rng(0).integers(-2, 4, (3, 40, 3)), query=2)",
    "BoundaryExplorer": (
        "BoundaryExplorer(None, np.random.default_rng(0).normal(size=(400, 2)), np.arange(400) % 2, hidden=8, layers=3)"
    ),
    "ConvScanner": "ConvScanner('ACCGTCACCTAGGACCGATTACAGCCGTTACCGNATCGCCGA' * 10, 'CCG', -2, relu=True)",
    "DescentExplorer": (
        "DescentExplorer(surface='narrow valley', learning_rate=0.075, steps=400, most_steps=400, "
        "optimisers=['SGD', 'momentum', 'Adam'])"
    ),
    "DesignBench": (  # at its limits: bases, judges, mutations
        "DesignBench({f'network {i}': [torch.manual_seed(i), torch.nn.Sequential(torch.nn.Conv1d(4, 48, 15), "
        "torch.nn.ReLU(), torch.nn.AdaptiveMaxPool1d(1), torch.nn.Flatten(), torch.nn.Linear(48, 1))][1] "
        "for i in range(5)}, 'GCGCTATAAAAGGCTGACCG' * 10, "
        "[''.join(np.random.default_rng(i).choice(list('ACGT'), 200)) for i in range(500)], climbed=20)"
    ),
    "FilterLogo": (
        "FilterLogo(np.random.default_rng(1).normal(0, 0.35, (16, 4, 8)) "
        "+ np.pad(np.eye(4)[:, [3, 0, 3, 0, 0, 0]], ((0, 0), (1, 1))), "
        "[''.join(np.random.default_rng(i).choice(list('ACGT'), 60)) + ['TATAAAA', 'TATATAA', 'TATAAAT'][i % 3] "
        "for i in range(2000)], share=0.7)"
    ),
    "HiddenState": "HiddenState(sequence='GCGCTATAAAAGGCTGACCG' * 28, step=440)",
    "ImageKernel": "ImageKernel(np.random.default_rng(0).random((126, 126)))",
    "LatentWalk": (
        "LatentWalk(['ACGTA' * 20] * 6, {name: (np.random.default_rng(7).normal(size=(600, 2)), "
        "np.full((15, 80, 4, 100), 0.25), np.arange(1200).reshape(15, 80) % 2, np.full((15, 80), 0.5)) "
        "for name in 'abcd'}, words=['ACGT'])"
    ),
    "LineFitter": "LineFitter(np.linspace(10, 30, 120), np.random.default_rng(0).normal(50, 8, 120))",
    "MutationMap": (
        "MutationMap.from_model(torch.nn.Sequential(torch.nn.Conv1d(4, 8, 7), torch.nn.ReLU(), torch.nn.Flatten(), "
        "torch.nn.Linear(8 * 594, 1)), 'GCGCTATAAAAGGCTGACCG' * 30, position=300)"
    ),
    "NetworkExplorer": (
        "NetworkExplorer([torch.manual_seed(1), torch.nn.Sequential(torch.nn.Conv1d(4, 16, 15), torch.nn.ReLU(), "
        "torch.nn.AdaptiveMaxPool1d(1), torch.nn.Flatten(), torch.nn.Linear(16, 1))][1], "
        "{'a promoter': 'GCGCTATAAAAGGCTGACCG' * 35})"
    ),
    "PileupGame": (
        "PileupGame([('ACGTT' * 12 + 'A', 'G', ['ACGTT' * 6 + 'AG'[r % 3 > 0] + 'CGTTA' * 6 for r in range(100)], "
        "np.full((100, 61), 30), np.arange(100) % 2, np.arange(100) % 60, 1)] * 200, "
        "{name: np.full((9, 200, 3), 1 / 3) for name in 'abcde'}, depths=[20, 30, 40, 50, 60, 70, 80, 90, 100], "
        "played=[[i, i % 3, i % 4, i % 9] for i in range(199)], place=199)"
    ),
    "PoolExplorer": "PoolExplorer('GCGCTATAAAAGGCTGACCG' * 24, places=(13, 200, 400))",
    "Predict": "Predict('Where?', options=[f'{i + 1} steps' for i in range(30)], answer='3 steps', key='ten')",
    "Quiz": f"Quiz([dict(question, key=question['key'] + str(i)) for i in range(10) for question in {QUESTIONS!r}])",
    "SequenceEncoder": "SequenceEncoder('GCTATAAAAGNC' * 10)",
    "ShiftExplorer": (
        "ShiftExplorer(['ACGTTGCA' * 25 for i in range(5000)], np.arange(5000) % 2, "
        "{name: np.random.default_rng(7).normal(0, 1, (21, 5000)) for name in 'abcdef'}, revealed=True)"
    ),
    "ThresholdExplorer": (
        "ThresholdExplorer(np.arange(50000) % 11 == 0, np.random.default_rng(0).normal(0, 1, 50000) "
        "+ 2.2 * (np.arange(50000) % 11 == 0) - 1, threshold=0.4)"
    ),
}
# Where the ten-times one names its control otherwise, or `interact`'s slider sets a trait that is no number.
CONTROLS = {"Predict": "2 steps"}
SETTERS = {
    "BoundaryExplorer": ("(0, 12)", "w.hidden = x"),
    "FilterLogo": ("(0.0, 1.0, 0.01)", "w.share = x"),
    "HiddenState": ("(0, 59)", "w.step = x"),
    "ImageKernel": ("(-4.0, 4.0, 0.1)", "w.kernel = [[-1, 0, 1], [-2, 0, x], [-1, 0, 1]]"),
    "MutationMap": ("(0, 59)", "w.position = x"),
    "NetworkExplorer": ("(0, 15)", "w.filter = x"),
    "PoolExplorer": ("(1, 12)", "w.pool = x"),
    "Predict": ("(0, 2)", "w.guess = w.options[x]"),
    "Quiz": ("(0, 2)", "w.letters = {'loss': 'abc'[x]}"),
    "ShiftExplorer": ("(-10, 10)", "w.shift = x"),
    "SequenceEncoder": ("(0, 3)", "w.sequence = 'GCTATAAAAGN' + 'ACGT'[x]"),
    "DescentExplorer": ("(0.01, 0.1, 0.001)", "w.learning_rate = x"),
}

# `move(i)` does what a hand does to the control: one input event, the value walking to and fro between its ends.
MOVE = """(control) => {
  let way = 1;
  const fire = (type) => control.dispatchEvent(new Event(type, { bubbles: true }));
  if (control.type === 'radio') {
    const all = [...control.getRootNode().querySelectorAll('input')].filter((other) => other.name === control.name);
    return (i) => all[(all.findIndex((other) => other.checked) + 1) % all.length].click();
  }
  const type = (letter) => { control.value = control.value.slice(0, -1) + letter; fire('input'); };
  if (control.type === 'text') return (i) => type('ACGT'[i % 4]);
  return () => {
    const step = Number(control.step) || 0.1, now = Number(control.value);
    if (control.max !== '' && now + way * step > Number(control.max)) way = -1;
    if (control.min !== '' && now + way * step < Number(control.min)) way = 1;
    control.value = now + way * step;
    fire('input');
  };
}"""
LATENCY = """async (control, [makeMove, n, gap]) => {
  const root = control.closest('.dlg'), move = (0, eval)(makeMove)(control), times = [];
  for (let i = 0; i < n; i++) {
    const shown = new Promise((done) => {
      const observer = new MutationObserver(() => {
        observer.disconnect();
        const drawn = performance.now();
        requestAnimationFrame(() => done([drawn, performance.now()]));
      });
      observer.observe(root, { attributeFilter: ['data-paints'] });
    });
    const start = performance.now();
    move(i);
    const never = new Promise((done) => setTimeout(() => done([NaN, NaN]), 8000));
    const [drawn, painted] = await Promise.race([shown, never]);
    times.push([drawn - start, painted - start]);
    await new Promise((done) => setTimeout(done, gap + Math.random() * 16)); // at any time between two frames
  }
  return times;
}"""
DRAG = """async (control, [makeMove, n, every]) => {
  const root = control.closest('.dlg'), move = (0, eval)(makeMove)(control), before = Number(root.dataset.paints);
  for (let i = 0; i < n; i++) {
    move(i);
    await new Promise((done) => setTimeout(done, every));
  }
  await new Promise((done) => setTimeout(done, 1000));
  return Math.min(n, Number(root.dataset.paints) - before);
}"""
PEER_LATENCY = """async (handle, [n, gap]) => {
  const image = () => document.querySelector('.widget-interact img, .widget-output img'), times = [];
  for (let i = 0; i < n; i++) {
    const old = image().src, start = performance.now();
    const shown = new Promise((done) => {
      const observer = new MutationObserver(() => {
        if (!image() || image().src === old) return;
        observer.disconnect();
        image().decode().catch(() => {}).then(() => requestAnimationFrame(() => done(performance.now())));
      });
      observer.observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ['src'] });
    });
    const key = i % 2 ? 'ArrowLeft' : 'ArrowRight';
    handle.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
    times.push(await Promise.race([shown, new Promise((done) => setTimeout(() => done(NaN), 10000))]) - start);
    await new Promise((done) => setTimeout(done, gap));
  }
  return times;
}"""
PEER_DRAG = """async (handle, [n, every]) => {
  const image = () => document.querySelector('.widget-interact img, .widget-output img');
  let frames = 0, last = image().src;
  const observer = new MutationObserver(() => {
    const now = image()?.src;
    if (now && now !== last) { last = now; frames++; }
  });
  observer.observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ['src'] });
  for (let i = 0; i < n; i++) {
    const key = i % 2 ? 'ArrowLeft' : 'ArrowRight';
    handle.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
    await new Promise((done) => setTimeout(done, every));
  }
  await new Promise((done) => setTimeout(done, 500));
  observer.disconnect();
  return Math.min(n, frames);
}"""


def peer_cell(example: Example) -> str:
    """`interact` over the same picture, drawn by matplotlib in the kernel."""
    slider, setter = SETTERS.get(example.name, ("", ""))
    if not slider:
        whole = isinstance(example.value, int)
        slider, setter = ("(0, 3)" if whole else "(-2.0, 2.0, 0.05)"), f"w.{example.trait} = x"
    return (
        "%matplotlib inline\nimport matplotlib.pyplot as plt\nfrom ipywidgets import interact\n"
        f"from helpers.widgets import {example.name}\nimport numpy as np, torch\nw = {example.code}\n"
        f"def show(x):\n    {setter}\n    figure = plt.figure(figsize=w.picture_inches, layout='constrained')\n"
        "    w.draw(figure)\n    if not figure.axes:  # words only: matplotlib shows no figure without axes\n"
        f"        figure.add_axes((0, 0, 1, 1)).axis('off')\n    plt.show()\ninteract(show, x={slider});"
    )


def summary(times: list[float]) -> dict[str, float]:
    """Median and ninth decile in ms; a move that drew nothing within seconds counts as infinitely slow."""
    slow = [float("inf") if time_ != time_ else time_ for time_ in times]
    return {"median_ms": round(statistics.median(slow), 1), "p90_ms": round(sorted(slow)[int(0.9 * len(slow))], 1)}


def measure_widget(lab: Lab, example: Example, index: int, control: str) -> dict[str, Any]:
    """One widget of the open notebook: numbers first, then time."""
    root = lab.page.locator(".dlg").nth(index)
    python = json.loads(lab.kernel(f"import json; print(json.dumps(w{index}.numbers()))"))
    plain = "(key, value) => ArrayBuffer.isView(value) ? Array.from(value) : value"
    agree(python, root.evaluate(f"root => JSON.parse(JSON.stringify(root.numbers(), {plain}))"))
    handle = root.get_by_role(example.role, name=control, exact=True)
    handle.scroll_into_view_if_needed()
    lab.page.wait_for_timeout(1000)
    times = handle.evaluate(LATENCY, [MOVE, MOVES, GAP_MS])
    return {
        **summary([painted for _, painted in times]),
        "drawing_ms": summary([drawn for drawn, _ in times])["median_ms"],
        "frames": handle.evaluate(DRAG, [MOVE, DRAG_MOVES, DRAG_MS]),
    }


def slowed(lab: Lab, measure: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What is measured while the page's processor is :data:`SLOWED`."""
    brake = lab.page.context.new_cdp_session(lab.page)
    brake.send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
    try:
        return measure()
    finally:
        brake.send("Emulation.setCPUThrottlingRate", {"rate": 1})


def measure_peer(lab: Lab) -> dict[str, Any]:
    handle = lab.page.locator(".noUi-handle").first
    handle.scroll_into_view_if_needed()
    times = handle.evaluate(PEER_LATENCY, [MOVES // 3, GAP_MS])
    return {**summary(times), "frames": handle.evaluate(PEER_DRAG, [DRAG_MOVES, DRAG_MS])}


def measure(server: Server, browser: Any, example: Example) -> dict[str, Any]:
    context = browser.new_context(viewport={"width": 1200, "height": 1000})
    large = f"from helpers.widgets import {example.name}\nimport numpy as np, torch\nw1 = {TEN_TIMES[example.name]}\nw1"
    lab = Lab(server, context.new_page()).open(example.cell("w0"), large, peer_cell(example), name=example.name)
    lab.run_all()
    lab.page.wait_for_function(
        "() => document.querySelectorAll('.dlg[data-paints]').length === 2"
        " && document.querySelector('.widget-output img')",
        timeout=WAIT_MS,
    )
    lab.page.wait_for_timeout(1500)
    result = {
        "lesson": measure_widget(lab, example, 0, example.control),
        "slowed": slowed(lab, lambda: measure_widget(lab, example, 0, example.control)),
        "ten times": measure_widget(lab, example, 1, CONTROLS.get(example.name, example.control)),
        "interact": measure_peer(lab),
    }
    context.close()
    return result


def machine(browser: Any) -> dict[str, Any]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    versions = {name: importlib.metadata.version(name) for name in PACKAGES}
    return {
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gib": round(memory),
        "python": platform.python_version(),
        "chromium": browser.version,
        **versions,
    }


def wait_until_calm(minutes: float) -> float:
    """Wait for other work to end, at most so long; returns the load average of the last minute."""
    give_up = time.monotonic() + 60 * minutes
    while os.getloadavg()[0] >= CALM and time.monotonic() < give_up:
        time.sleep(5)
    return os.getloadavg()[0]


def write(results: dict[str, Any]) -> None:
    RESULTS.parent.mkdir(exist_ok=True)
    part = RESULTS.with_suffix(".part")
    part.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    os.replace(part, RESULTS)


def row(name: str, result: dict[str, Any]) -> str:
    cells = [f"{name:<18}"]
    for size in ("lesson", "slowed", "ten times", "interact"):
        part = result[size]
        drawing = f"{part['drawing_ms']:6.1f}" if "drawing_ms" in part else ""
        cells.append(f"{part['median_ms']:7.1f} {drawing} {part['frames']:3d}/{DRAG_MOVES}")
    missed = [
        size
        for size, most in TARGETS.items()
        if result[size]["median_ms"] > most or (size != "slowed" and result[size]["frames"] < DRAG_MOVES)
    ]
    return " | ".join(cells) + (f"   missed: {', '.join(missed)}" if missed else "")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="widgets to measure; all if not given")
    parser.add_argument("--wait", type=float, default=0, help="minutes to wait for a calm machine before each widget")
    options = parser.parse_args()
    from playwright.sync_api import sync_playwright

    chosen = [example for example in EXAMPLES if not options.names or example.name in options.names]
    print(f"{'median ms, drawing ms, frames':<30} lesson | slowed | ten times | interact + matplotlib (lesson)")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server, browser = Server(Path(folder)), playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        results: dict[str, Any] = {"machine": machine(browser), "targets_ms": TARGETS, "widgets": {}}
        try:
            for example in sorted(chosen, key=lambda one: one.name):
                load = wait_until_calm(options.wait)
                result = measure(server, browser, example)
                results["widgets"][example.name] = {**result, "load_before": round(load, 1)}
                print(row(example.name, result), f"  (load {load:.1f})", flush=True)
                if not options.names:
                    write(results)
        finally:
            server.stop()
            browser.close()


if __name__ == "__main__":
    main()
