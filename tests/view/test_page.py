"""The page in a real browser: what a person sees who clicks through the steps. Skipped where there is no Chromium."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import rushlight as torch
from rushlight import view
from view.programs import Fails, relu_of_a_line, stack

webdriver = pytest.importorskip("selenium.webdriver")
from selenium.webdriver.common.action_chains import ActionChains  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(not CHROMIUM or not DRIVER, reason="no chromium and chromedriver")
FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --window-size=1300,860 --lang=en"
)


@pytest.fixture(scope="module")
def browser():
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in FLAGS.split():
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    yield driver
    driver.quit()


class Page:
    def __init__(self, driver, path):
        self.driver = driver
        driver.get(path.as_uri())
        assert self.one("html").get_attribute("data-ready") == "yes"

    def one(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def press(self, *keys):
        for key in keys:
            self.driver.switch_to.active_element.send_keys(key)

    def click(self, id):
        """A click of the mouse on the middle of a card, or on the words beside an edge."""
        target = self.one(f"[data-id={id}] text") if id[0] == "e" else self.one(f"[data-id={id}]")
        ActionChains(self.driver).move_to_element(target).click().perform()

    def shown(self, kind):
        """What stands on edges (gradients) or elsewhere, in the drawing as it is seen now."""
        found = self.driver.find_elements(By.CSS_SELECTOR, f"#view text.rl-{kind}")
        return sorted(e.text for e in found if e.is_displayed())

    @property
    def story(self):
        return self.one("#story").text

    @property
    def panel(self):
        return self.one("#panel").text

    def errors(self):
        return [entry["message"] for entry in self.driver.get_log("browser")]


@pytest.fixture
def page(browser, tmp_path):
    def open_page(graph, **options):
        graph.save(tmp_path / "graph.html", **{"language": "en", **options})
        return Page(browser, tmp_path / "graph.html")

    return open_page


def test_the_steps_of_the_seeds_graph(page):
    seen = page(relu_of_a_line())
    everything = [".grad 1.", ".grad 3.", "da/da = 1.", "da/db = 1.", "da/du = 1.", "da/dv = 1.", "da/dw = 3."]
    assert seen.shown("gradient") == everything
    seen.one("#first").click()
    assert seen.shown("gradient") == [".grad None", ".grad None"] and "no gradient has flowed" in seen.story
    steps = [
        (["da/da = 1.", "da/dv = 1."], "a (ReluBackward0)"),
        (["da/db = 1.", "da/du = 1."], "v (AddBackward0)"),
        (["da/dw = 3."], "u (MulBackward0)"),
        ([".grad 1."], "b"),
        ([".grad 3."], "w"),
    ]
    there = [".grad None", ".grad None"]
    for new, name in steps:
        seen.one("#next").click()
        if new[0].startswith(".grad"):
            there.remove(".grad None")
        there = sorted(there + new)
        assert seen.shown("gradient") == there
        assert name in seen.story
    assert "adds its gradient to .grad: None → 3." in seen.story and not seen.one("#next").is_enabled()
    seen.one("#previous").click()
    assert ".grad 3." not in seen.shown("gradient")
    assert not seen.errors()


def test_an_edge_tells_the_chain_rule_with_its_numbers(page):
    graph = relu_of_a_line()
    seen = page(graph)
    edge = next(e for e in graph.edges if e.label == "da/dw")
    seen.click(f"e{edge.id}")
    for text in (
        "da/dw = da/du · du/dw",
        "lambda g, y: g * y",
        "MulBackward0",
        "g\n1.",
        "y\n3.",
        "1. * 3.",
        "da/dw = 3.",
    ):
        assert text in seen.panel
    seen.press(Keys.HOME)
    assert "No gradient has flowed" in seen.panel
    seen.click(f"v{graph['u'].id}")
    for text in ("mul(w, x)", "u = w * x", "programs.py:", "6.", "other\n3."):
        assert text in seen.panel


def test_keys(page):
    seen = page(relu_of_a_line())
    seen.press(Keys.HOME, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    assert "Step 2 of 5" in seen.story
    light = seen.one("body").value_of_css_property("background-color")
    seen.press("d")
    assert seen.one("body").value_of_css_property("background-color") != light
    seen.press("l")
    assert "第 2 步" in seen.story and "计算图" in seen.panel and seen.one("html").get_attribute("lang") == "zh"
    seen.press("l", "/")
    seen.press("mul", Keys.ENTER)
    assert "mul(w, x)" in seen.panel
    seen.press(Keys.ESCAPE, Keys.ESCAPE)
    assert "Computation graph" in seen.panel
    seen.press(Keys.TAB)
    while seen.driver.switch_to.active_element.get_attribute("data-id") is None:
        seen.press(Keys.TAB)
    seen.press(Keys.ENTER)
    assert seen.driver.switch_to.active_element.get_attribute("aria-label").split()[0] in seen.panel
    assert not seen.errors()


def test_playing_goes_through_all_steps(page):
    seen = page(relu_of_a_line())
    seen.one("#play").click()
    seen.driver.implicitly_wait(0)
    from selenium.webdriver.support.ui import WebDriverWait

    WebDriverWait(seen.driver, 30).until(
        lambda _: seen.one("#count").text == "5 / 5" and seen.one("#play").text == "▶▶"
    )
    assert ".grad 3." in seen.shown("gradient")


def test_chinese(page):
    seen = page(relu_of_a_line(), language="zh")
    assert "第 5 步，共 5 步" in seen.story and seen.one("#first").get_attribute("title").startswith("反向传播之前")


def test_modules_open_and_close(page):
    graph = stack()
    seen = page(graph)
    seen.press("c")
    outer = graph.groups[0]
    assert seen.one(f"[data-id=g{outer.id}]").is_displayed() and not seen.one(f"[data-id=f{outer.id}]").is_displayed()
    seen.click(f"g{outer.id}")
    assert seen.one(f"[data-id=f{outer.id}]").is_displayed()
    block = next(g for g in graph.groups if g.name == "1")
    weight = graph["1.second.weight"]
    assert seen.one(f"[data-id=g{block.id}]").is_displayed() and not seen.one(f"[data-id=v{weight.id}]").is_displayed()
    seen.press("/")
    seen.press("1.second.weight", Keys.ENTER)
    assert seen.one(f"[data-id=v{weight.id}]").is_displayed() and "1.second.weight" in seen.panel
    seen.press(Keys.ESCAPE, "o")
    boxes = seen.driver.execute_script(
        "return [...document.querySelectorAll('[data-what=vertex] > rect:first-child')].map(r => {"
        "const b = r.getBoundingClientRect(); return [b.x, b.y, b.x + b.width, b.y + b.height] })"
    )
    assert len(boxes) == len(graph.vertices)
    for i, a in enumerate(boxes):
        assert not any(a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3] for b in boxes[:i])
    assert not seen.errors()


def test_a_failed_backward(page):
    with view.record() as recorded:
        p = torch.ones(2, requires_grad=True)
        r = Fails.apply(p)
        s = r.sum()
        with pytest.raises(ValueError, match="way"):
            s.backward()
    seen = page(recorded.graph())
    assert "no <way> & back" in seen.story and any("no <way> & back" in text for text in seen.shown("wrong"))


def test_names_with_markup_show_as_text(page):
    name = "<img src=x onerror=document.title=1>"
    tensors = {name: torch.ones(2, requires_grad=True)}
    with view.record() as recorded:
        loss = (tensors[name] * 2).sum()
        loss.backward()
    graph = recorded.graph()
    leaf = next(v for v in graph.vertices if v.kind == "leaf")
    assert name in leaf.name
    seen = page(graph)
    seen.click(f"v{leaf.id}")
    assert name in seen.one("#panel h2").text and seen.driver.title == "graph"
    assert not seen.driver.find_elements(By.TAG_NAME, "img") and not seen.errors()


GPT = """
import sys
sys.path.insert(0, {examples!r})
import torch, gpt
gpt.BLOCKS = 29
letters = torch.randint(60, (2, 17))
model = gpt.GPT(60)
loss = torch.nn.functional.cross_entropy(model(letters[:, :-1]).flatten(0, 1), letters[:, 1:].flatten())
loss.backward()
"""


def test_gpt_with_a_thousand_nodes(browser, tmp_path):
    (tmp_path / "script.py").write_text(GPT.format(examples=str(Path(__file__).parents[2] / "examples")))
    command = [sys.executable, "-m", "rushlight", "run", "--view", "graph.html", "script.py"]
    environment = {**os.environ, "PYTHONPATH": str(Path(torch.__file__).parents[1])}
    subprocess.run(command, cwd=tmp_path, env=environment, check=True)
    seen = Page(browser, tmp_path / "graph.html")
    cards = "[data-what=vertex]:not(.gone), [data-what=group]:not(.gone)"
    assert len(seen.driver.find_elements(By.CSS_SELECTOR, "[data-what=vertex]")) > 1000
    assert 5 < len(seen.driver.find_elements(By.CSS_SELECTOR, cards)) < 40
    seen.press(Keys.HOME, Keys.ARROW_RIGHT)
    assert "loss (NllLossBackward0)" in seen.story
    seen.press("/")
    seen.press("blocks.27.qkv.weight", Keys.ENTER)
    assert "blocks.27.qkv.weight" in seen.panel
    seen.press(Keys.ESCAPE, "o")
    assert len(seen.driver.find_elements(By.CSS_SELECTOR, cards)) > 1000 and not seen.errors()
