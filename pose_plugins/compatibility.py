"""Which versions of the OpenMMLab packages work, and which of their forks."""

from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version

from packaging.specifiers import SpecifierSet

# The same ranges as in requirements.txt, which a test compares.
SUPPORTED = {'mmengine': '>=0.10.4,<0.11', 'mmcv': '>=2.0.1,<2.2', 'mmdet': '>=3.1,<3.4', 'mmpose': '>=1.3,<1.4'}
# Maintained forks, whose modules have the same names; of mmpose there is none.
FORKS = {'mmengine': 'onedl-mmengine', 'mmcv': 'onedl-mmcv', 'mmdet': 'onedl-mmdetection'}
SUPPORTED_FORKS = {'onedl-mmengine': '>=0.10.8,<0.11', 'onedl-mmcv': '>=2.3,<2.4', 'onedl-mmdetection': '>=3.5,<3.6'}


def check_packages(installed: Callable[[str], str] = version) -> None:
    """Refuse to go on with an mm package that is missing, too old or too new, or beside its own fork.

    Args:
        installed: Name of a package -> its version as a string, or ``PackageNotFoundError``.

    Raises:
        ImportError: One line that says which versions work and how to get them.
    """

    def found(name: str) -> str | None:
        try:
            return installed(name)
        except PackageNotFoundError:
            return None

    for package, supported in SUPPORTED.items():
        fork = FORKS.get(package, '')
        original, forked = found(package), found(fork) if fork else None
        if original and forked:
            raise ImportError(
                f'{package} {original} and {fork} {forked} are installed, one of which has overwritten the other: uninstall '
                'both, and install one of them again'
            )
        name, ranges = (fork, SUPPORTED_FORKS[fork]) if forked else (package, supported)
        has = forked or original
        if has is None or not SpecifierSet(ranges).contains(has, prereleases=True):
            problem = f'{package} is missing' if has is None else f'{name} {has} is installed'
            raise ImportError(
                f'{problem}, but pose_plugins needs {name}{ranges}: run "make env" in its repository, '
                f'or "{"pip" if forked else "mim"} install \'{name}{ranges}\'"'
            )
