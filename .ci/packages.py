"""Writes what package managers read about a release: a formula for Homebrew and the three manifests of winget.

    packages.py VERSION https://HOST/OWNER/mmig FOLDER

FOLDER has the release's archives; `mmig.rb` and `OWNER.mmig*.yaml` are written into it."""

import hashlib
import pathlib
import sys

ABOUT = "Customer-migration campaigns over MultiMail: every mail reviewed, no one mailed twice"
LICENSE = "MIT OR Apache-2.0"
# The version of winget's manifests.
WINGET = "1.10.0"


def sums(folder):
    """The checksum of each archive, by name."""
    archives = [*folder.glob("*.tar.gz"), *folder.glob("*.zip")]
    return {archive.name: hashlib.sha256(archive.read_bytes()).hexdigest() for archive in archives}


def formula(version, home, files):
    """The formula for Homebrew: the archives as they are, for macOS and Linux."""

    def archive(target):
        name = f"mmig-{version}-{target}.tar.gz"
        return f'      url "{home}/releases/download/v{version}/{name}"\n      sha256 "{files[name]}"\n'

    systems = ""
    for system, suffix in [("macos", "apple-darwin"), ("linux", "unknown-linux-musl")]:
        systems += f"  on_{system} do\n"
        for kind, machine in [("arm", "aarch64"), ("intel", "x86_64")]:
            systems += f"    on_{kind} do\n{archive(f'{machine}-{suffix}')}    end\n"
        systems += "  end\n\n"
    return f"""class Mmig < Formula
  desc "{ABOUT}"
  homepage "{home}"
  version "{version}"
  license any_of: ["MIT", "Apache-2.0"]

{systems}  def install
    bin.install "mmig"
    man1.install Dir["man/*.1"]
    bash_completion.install "completions/mmig.bash" => "mmig"
    zsh_completion.install "completions/_mmig"
    fish_completion.install "completions/mmig.fish"
  end

  test do
    assert_match version.to_s, shell_output("#{{bin}}/mmig --version")
  end
end
"""


def winget(version, home, files):
    """The manifests for winget, by the names that its repository wants."""
    owner = home.rstrip("/").split("/")[-2]
    package = f"{owner}.mmig"
    name = f"mmig-{version}-x86_64-pc-windows-msvc"

    def manifest(kind, lines):
        schema = f"# yaml-language-server: $schema=https://aka.ms/winget-manifest.{kind.lower()}.{WINGET}.schema.json\n\n"
        head = [f"PackageIdentifier: {package}", f"PackageVersion: {version}"]
        return schema + "\n".join([*head, *lines, f"ManifestType: {kind}", f"ManifestVersion: {WINGET}"]) + "\n"

    installer = [
        "InstallerType: zip",
        "NestedInstallerType: portable",
        "NestedInstallerFiles:",
        f"  - RelativeFilePath: {name}\\mmig.exe",
        "    PortableCommandAlias: mmig",
        "Installers:",
        "  - Architecture: x64",
        f"    InstallerUrl: {home}/releases/download/v{version}/{name}.zip",
        f"    InstallerSha256: {files[name + '.zip'].upper()}",
    ]
    locale = [
        "PackageLocale: en-US",
        f"Publisher: {owner}",
        "PackageName: mmig",
        f"PackageUrl: {home}",
        f"License: {LICENSE}",
        f"LicenseUrl: {home}/blob/v{version}/LICENSE-MIT",
        f'ShortDescription: "{ABOUT}"',
        f"ReleaseNotesUrl: {home}/releases/tag/v{version}",
    ]
    return {
        f"{package}.yaml": manifest("version", ["DefaultLocale: en-US"]),
        f"{package}.installer.yaml": manifest("installer", installer),
        f"{package}.locale.en-US.yaml": manifest("defaultLocale", locale),
    }


def main(version, home, folder):
    folder = pathlib.Path(folder)
    files = sums(folder)
    (folder / "mmig.rb").write_text(formula(version, home, files), encoding="utf-8")
    for name, text in winget(version, home, files).items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
