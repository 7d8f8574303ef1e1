import pytest

from installer.msi.build import product_version


@pytest.mark.parametrize("version", ["0.1.0", "255.255.65535", "10.20.30"])
def test_versions_that_windows_installer_compares(version: str) -> None:
    assert product_version(version) == version


@pytest.mark.parametrize(
    "version", ["", "1.2", "1.2.3.4", "1.2.3.dev1", "256.0.0", "1.256.0", "1.2.65536", "v1.2.3"]
)
def test_versions_that_it_could_not_compare_are_refused(version: str) -> None:
    with pytest.raises(ValueError, match=r"255\.255\.65535"):
        product_version(version)
