"""Which versions of the OpenMMLab packages work."""

from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version

from packaging.specifiers import SpecifierSet

# The same ranges as in requirements.txt, which a test compares.
SUPPORTED = {'mmengine': '>=0.10.4,<0.11', 'mmcv': '>=2.0.1,<2.2', 'mmdet': '>=3.1,<3.4', 'mmpose': '>=1.3,<1.4'}


def check_packages(installed: Callable[[str], str] = version) -> None:
    """Refuse to go on with an mm package that is missing, too old or too new.

    Args:
        installed: Name of a package -> its version as a string, or ``PackageNotFoundError``.

    Raises:
        ImportError: One line that says which versions work and how to get them.
    """
    for package, supported in SUPPORTED.items():
        try:
            found = installed(package)
        except PackageNotFoundError:
            found = None
        if found is None or not SpecifierSet(supported).contains(found, prereleases=True):
            problem = f'{package} is missing' if found is None else f'{package} {found} is installed'
            raise ImportError(
                f'{problem}, but pose_plugins needs {package}{supported}: run "make env" in its repository, '
                f'or "mim install \'{package}{supported}\'"'
            )
