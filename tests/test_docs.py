"""The documentation names what is there: files, headings, tools with their options, configs, and the figures of studies."""

import ast
import csv
import re
import shlex
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest
from conftest import ROOT

READMES = sorted(ROOT.glob('configs/*/README.md'))
PAGES = [
    *(ROOT / f'{page}.md' for page in ('README', 'CONTRIBUTING', 'CHANGELOG')),
    *sorted(ROOT.glob('docs/**/*.md')),
    *READMES,
]
STUDIES = sorted(path for path in ROOT.glob('docs/studies/*.md') if path.name != 'README.md')
TABLES = sorted(ROOT.glob('docs/studies/*.csv'))
FENCE = re.compile(r'^```(\w*)\n(.*?)^```$', re.M | re.S)
# tools that take the options of MMPose's, and where these lie in its package
MMPOSE_TOOLS = {'train': 'train.py', 'test': 'test.py', 'browse_dataset': 'misc/browse_dataset.py'}


def name(path):
    return str(path.relative_to(ROOT))


@cache
def anchors(page):
    """A page's headings as GitHub's anchors."""
    found = []
    for heading in re.findall(r'^#+ (.+)$', FENCE.sub('', page.read_text()), re.M):
        anchor = re.sub(r'[^\w\- ]', '', heading.lower()).replace(' ', '-')
        found.append(f'{anchor}-{found.count(anchor)}' if anchor in found else anchor)
    return found


@pytest.mark.parametrize('page', PAGES, ids=name)
def test_links_lead_somewhere(page):
    for target in re.findall(r'\[[^]]*\]\(([^)\s]+)\)', FENCE.sub('', page.read_text())):
        if re.match(r'\w+:', target):
            continue
        file, _, anchor = target.partition('#')
        path = (page.parent / file).resolve() if file else page
        assert path.exists(), f'{target}: no such file'
        assert path.is_relative_to(ROOT), f'{target}: leads out of the repository'
        assert not anchor or anchor in anchors(path), f'{target}: no such heading'


@pytest.mark.parametrize('page', PAGES, ids=name)
def test_lines_are_short(page):
    """But for rows of tables, which cannot be broken."""
    long = [line for line in page.read_text().splitlines() if len(line) > 126 and not line.startswith('|')]
    assert not long


def commands(page):
    """Calls of tools, in blocks and within lines: the tool, and the words behind it."""
    text = page.read_text()
    lines = [line for language, block in FENCE.findall(text) for line in block.replace('\\\n', ' ').splitlines()]
    lines += [' '.join(code.split()) for code in re.findall(r'`([^`]+)`', FENCE.sub('', text))]
    for line in lines:
        if re.match(r'(\S+=\S+ )?\s*(\S*python )?tools/\w+\.', line):
            words = shlex.split(line, comments=True)
            first = next(i for i, word in enumerate(words) if word.startswith('tools/'))
            yield words[first], words[first + 1 :]


@cache
def options(tool):
    """The options that a tool's parser is given in its source."""
    tool = re.sub(r'^(dist|slurm)_', '', Path(tool).stem)
    path = ROOT / 'tools' / f'{tool}.py'
    if tool in MMPOSE_TOOLS:
        path = Path(find_spec('mmpose').origin).parent / '.mim/tools' / MMPOSE_TOOLS[tool]
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    added = [node for node in calls if isinstance(node.func, ast.Attribute) and node.func.attr == 'add_argument']
    return {flag.value for node in added for flag in node.args if isinstance(flag, ast.Constant)}


@pytest.mark.parametrize('page', PAGES, ids=name)
def test_commands_can_be_given(page):
    for tool, words in commands(page):
        assert (ROOT / tool).is_file(), f'{tool}: no such tool'
        for word in words:
            if word.startswith('--'):
                assert word.partition('=')[0] in options(tool), f'{tool}: has no {word}'
            elif word.startswith('configs/'):
                assert (ROOT / word).is_file(), f'{word}: no such config'


@pytest.mark.parametrize('page', READMES, ids=name)
def test_every_config_stands_in_its_readme(page):
    text = page.read_text()
    missing = [path.name for path in page.parent.glob('*.py') if f']({path.name})' not in text]
    missing += [path.parent.name for path in page.parent.glob('*/*.py') if f']({path.parent.name}' not in text]
    assert not missing


def page_of(table):
    """The study that a table is named after, with something behind it where there are several."""
    return next(page for page in reversed(STUDIES) if f'{table.stem}_'.startswith(f'{page.stem}_'))


def test_every_study_has_its_tables():
    index = (ROOT / 'docs/studies/README.md').read_text()
    assert {page for page in STUDIES if f']({page.name})' in index} == set(STUDIES)
    for table in TABLES:
        assert f']({table.name})' in page_of(table).read_text(), f'{page_of(table).name} does not link {table.name}'
    assert {page_of(table) for table in TABLES} == set(STUDIES)


@pytest.mark.parametrize('table', TABLES, ids=name)
def test_tables_have_the_figures_of_their_page(table):
    shown = set(re.findall(r'[+-]?\d+(?:\.\d+)?', page_of(table).read_text()))
    heading, *rows = csv.reader(table.read_text().splitlines())
    assert rows and {len(row) for row in rows} == {len(heading)}
    figures = {cell for row in rows for cell in row if re.fullmatch(r'[+-]?\d+(\.\d+)?', cell)}
    assert figures and not figures - shown
