"""The plan of the house: who may know whom, what is said where, and what is declared."""

import ast
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from conftest import ROOT

from pose_plugins.compatibility import FORKS

PACKAGE = ROOT / 'pose_plugins'
MODULES = {'.'.join(path.relative_to(ROOT).with_suffix('').parts): path for path in sorted(PACKAGE.rglob('*.py'))}
TREES = {name: ast.parse(path.read_text()) for name, path in MODULES.items()}

# rooms from the ground up; each may know those of the floors below
FLOORS = (
    {'utils', 'version'},
    {'models', 'codecs', 'datasets', 'config', 'compatibility'},
    {'synthetic', 'evaluation', 'checkpoints'},
    {'inference', 'training'},
    {'experiments', 'attention'},
    {'__init__', '__main__', 'tools'},
)
FLOOR_OF = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}


def imported(name, tree):
    """Modules of the package that a module imports, at its top or anywhere in it."""
    package = name.split('.')[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith('pose_plugins'))
        elif isinstance(node, ast.ImportFrom):
            base = '.'.join([*package[: len(package) - node.level + 1], *filter(None, [node.module])])
            base = base if node.level else node.module
            if base.split('.')[0] == 'pose_plugins':
                for alias in node.names:  # a module, or something in one
                    inner = f'{base}.{alias.name}'
                    yield next(m for m in (inner, f'{inner}.__init__', base, f'{base}.__init__') if m in MODULES)


def room(module):
    return module.split('.')[1] if module.startswith('pose_plugins.') else 'tools'


def test_rooms_know_only_rooms_below():
    tools = {path.stem: ast.parse(path.read_text()) for path in (ROOT / 'tools').glob('*.py')}
    wrong = [
        f'{name} imports {other}'
        for name, tree in {**TREES, **tools}.items()
        for other in imported(name, tree)
        if room(other) != room(name) and FLOOR_OF[room(other)] >= FLOOR_OF[room(name)]
    ]
    assert not wrong


def test_no_module_is_imported_by_what_it_imports():
    graph = {name: set(imported(name, tree)) - {name} for name, tree in TREES.items()}
    while graph:  # take away what imports nothing that is left
        free = [name for name, others in graph.items() if not others & graph.keys()]
        assert free, f'these import each other in a circle: {sorted(graph)}'
        for name in free:
            del graph[name]


def documented():
    """Every module, class and function of the package, the tools and the tests, with its docstring."""
    others = [path for folder in ('tools', 'tests') for path in (ROOT / folder).rglob('*.py')]
    trees = {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text()) for path in others}
    for name, tree in {**TREES, **trees}.items():
        for node in ast.walk(tree):
            if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)):
                yield f'{name}:{getattr(node, "name", "")}', node, ast.get_docstring(node)


def test_first_lines_say_what_is_there():
    assert not [place for place, _, text in documented() if text and text.startswith('What ')]
    assert not [place for place, node, text in documented() if isinstance(node, ast.Module) and not text]


def public_functions(tree, prefix=''):
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith('_'):
            yield from public_functions(node, f'{node.name}.')
        elif isinstance(node, ast.FunctionDef) and (not node.name.startswith('_') or node.name == '__init__'):
            yield prefix + node.name, node


@pytest.mark.parametrize('name', MODULES)
def test_public_functions_have_type_hints(name):
    for function, node in public_functions(TREES[name]):
        arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs, node.args.vararg, node.args.kwarg]
        static = any(isinstance(d, ast.Name) and d.id == 'staticmethod' for d in node.decorator_list)
        bound = '.' in function and not static
        arguments = [a for a in arguments[bound:] if a is not None and a.arg not in ('self', 'cls', 'ctx')]
        bare = [a.arg for a in arguments if a.annotation is None]
        assert not bare, f'{function}: no type of {", ".join(bare)}'
        assert node.returns is not None, f'{function}: no type of what it returns'
        doubled = re.findall(
            r'^\s+(\w+) \((?:int|float|str|bool|dict|list|tuple|np\.\w+|Tensor)\b[^)]*\): ',
            ast.get_docstring(node) or '',
            re.M,
        )
        assert not doubled, f'{function}: the docstring repeats the types of {", ".join(doubled)}'


def test_product_code_patches_nothing_and_chooses_no_backend():
    for name, tree in TREES.items():
        names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                names |= {node.module, *(f'{node.module}.{alias.name}' for alias in node.names)}
        assert not {n for n in names if n.startswith('unittest') or n == 'matplotlib.pyplot'}, name
        assert 'matplotlib.use(' not in MODULES[name].read_text(), name


def test_importing_the_package_registers_and_draws_nothing():
    """Backends of matplotlib are chosen by whoever draws; the upper rooms are imported by who uses them."""
    seen, waiting = set(), ['pose_plugins.__init__']
    while waiting:
        seen.add(name := waiting.pop())
        waiting += [other for other in imported(name, TREES[name]) if other not in seen]
    assert not {room(other) for other in seen} & {'attention', 'experiments', 'inference', 'synthetic'}


def requirements(file):
    """The packages of a file of requirements."""
    names = (re.match(r'[\w.-]*', line)[0] for line in (ROOT / file).read_text().splitlines())
    return {name.lower().replace('_', '-') for name in names if name}


def test_what_is_imported_is_declared():
    """Optional packages are imported where they are used, and not with the module."""
    declared, optional = requirements('requirements.txt'), requirements('requirements-optional.txt')
    distributions = packages_distributions()
    for module, fork in FORKS.items():  # declared by the original's name
        distributions[module] = [module if name == fork else name for name in distributions.get(module, [module])]
    own = {'pose_plugins', *(path.stem for path in (ROOT / 'tests').glob('*.py'))}
    for folder in ('pose_plugins', 'tools', 'tests'):
        for path in (ROOT / folder).rglob('*.py'):
            tree = ast.parse(path.read_text())
            for node in ast.walk(tree):
                modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                if isinstance(node, ast.ImportFrom) and not node.level:
                    modules = [node.module]
                for module in {module.split('.')[0] for module in modules} - own - set(sys.stdlib_module_names):
                    names = {name.lower().replace('_', '-') for name in distributions.get(module, [module])}
                    known = declared if node in tree.body else declared | optional
                    assert names & known, f'{path.relative_to(ROOT)} imports {module}, which requirements.txt lacks'
    assert Path(PACKAGE / 'py.typed').is_file()
