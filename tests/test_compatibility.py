"""The guard on the mm packages' versions."""

import re
from importlib.metadata import PackageNotFoundError

import pytest

from pose_plugins.compatibility import SUPPORTED, check_packages

GOOD = {'mmengine': '0.10.7', 'mmcv': '2.1.0', 'mmdet': '3.3.0', 'mmpose': '1.3.2'}


def lookup(versions):
    """importlib.metadata.version as it would be on a machine with these packages."""

    def version(package):
        if versions.get(package) is None:
            raise PackageNotFoundError(package)
        return versions[package]

    return version


def test_accepts_what_ci_runs():
    check_packages(lookup(GOOD))
    check_packages()


@pytest.mark.parametrize(
    'package, version, problem',
    [
        ('mmcv', None, 'mmcv is missing'),
        ('mmcv', '2.2.0', 'mmcv 2.2.0 is installed'),
        ('mmpose', '0.29.0', 'mmpose 0.29.0 is installed'),
        ('mmengine', '0.7.0', 'mmengine 0.7.0 is installed'),
        ('mmdet', '4.0.0', 'mmdet 4.0.0 is installed'),
    ],
)
def test_names_problem_and_remedy_in_one_line(package, version, problem):
    with pytest.raises(ImportError) as error:
        check_packages(lookup({**GOOD, package: version}))
    message = str(error.value)
    assert '\n' not in message
    assert problem in message and SUPPORTED[package] in message
    assert 'make env' in message and f"mim install '{package}{SUPPORTED[package]}'" in message


FORKED = {'onedl-mmengine': '0.10.12', 'onedl-mmcv': '2.3.6', 'onedl-mmdetection': '3.5.1', 'mmpose': '1.3.2'}


def test_forks_take_the_place_of_the_packages():
    check_packages(lookup(FORKED))
    check_packages(lookup({**GOOD, 'mmengine': None, 'onedl-mmengine': '0.10.12'}))  # one of them alone


@pytest.mark.parametrize(
    'versions, message',
    [
        ({**FORKED, 'onedl-mmcv': '2.4.0'}, 'onedl-mmcv 2.4.0 is installed, but .*onedl-mmcv>=2.3,<2.4: .*pip install'),
        ({**FORKED, 'mmcv': '2.1.0'}, 'mmcv 2.1.0 and onedl-mmcv 2.3.6 are installed, .*uninstall both'),
        ({**FORKED, 'onedl-mmdetection': None}, 'mmdet is missing, but .*mmdet>=3.1'),
    ],
)
def test_forks_that_do_not_fit(versions, message):
    with pytest.raises(ImportError, match=message) as error:
        check_packages(lookup(versions))
    assert '\n' not in str(error.value)


def test_ranges_are_those_of_requirements(repo):
    lines = (repo / 'requirements.txt').read_text().splitlines()
    stated = dict(re.match(r'(mm\w+)(.*)', line).groups() for line in lines if line.startswith('mm'))
    assert stated == SUPPORTED
