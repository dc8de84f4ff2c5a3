#!/usr/bin/env bash
# Installs a release of mmig for this system, checked against its SHA256SUMS.
#
# The script of a release installs that release. Another:
#
#   MMIG_RELEASES   where releases are, up to the tag: https://HOST/OWNER/mmig/releases/download
#   MMIG_VERSION    the release, such as 0.2.0
#   MMIG_BIN        where the program goes; default: ~/.local/bin
#   MMIG_TARGET     the target, instead of the one for this system
set -euo pipefail

fail() {
    echo "install.sh: $1" >&2
    exit 1
}

this_target() {
    local machine
    machine=$(uname -m)
    case "$machine" in
        x86_64 | amd64) machine=x86_64 ;;
        aarch64 | arm64) machine=aarch64 ;;
        *) fail "there is no release for $machine" ;;
    esac
    case "$(uname -s)" in
        # Statically linked: works with any C library.
        Linux) echo "$machine-unknown-linux-musl" ;;
        Darwin) echo "$machine-apple-darwin" ;;
        MINGW* | MSYS* | CYGWIN*) echo x86_64-pc-windows-msvc ;;
        *) fail "there is no release for $(uname -s)" ;;
    esac
}

# Whether the archive in $work is the one that SHA256SUMS names.
fits() {
    if command -v sha256sum > /dev/null; then
        (cd "$work" && sha256sum --check --status wanted)
    else
        (cd "$work" && shasum -a 256 --check --status wanted)
    fi
}

# Called in the last line: half a script, from an interrupted download, does nothing.
main() {
    # Written here when a release is made.
    local releases=${MMIG_RELEASES:-@RELEASES@} version=${MMIG_VERSION:-@VERSION@}
    local bin=${MMIG_BIN:-$HOME/.local/bin} target name archive program
    case "$releases $version" in
        "@R"* | *" @V"*) fail "this copy is of no release: set MMIG_RELEASES and MMIG_VERSION" ;;
    esac
    version=${version#v}
    case "$version" in
        *[!0-9A-Za-z.+-]* | "" | .*) fail "$version is not a version" ;;
    esac
    target=${MMIG_TARGET:-$(this_target)}
    name="mmig-$version-$target"
    case "$target" in
        *windows*) archive="$name.zip" program=mmig.exe ;;
        *) archive="$name.tar.gz" program=mmig ;;
    esac

    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    local file
    for file in SHA256SUMS "$archive"; do
        curl --fail --silent --show-error --location --retry 3 -o "$work/$file" "$releases/v$version/$file" ||
            fail "cannot download $releases/v$version/$file"
    done

    # One line of the list, and it must be there: an empty list would agree with everything.
    awk -v name="$archive" '$2 == name || $2 == "*" name' "$work/SHA256SUMS" > "$work/wanted"
    [ "$(wc -l < "$work/wanted")" -eq 1 ] || fail "SHA256SUMS does not name $archive"
    fits || fail "$archive does not fit SHA256SUMS"

    case "$archive" in
        *.zip) unzip -q "$work/$archive" -d "$work" ;;
        *) tar -xzf "$work/$archive" -C "$work" ;;
    esac
    mkdir -p "$bin"
    # Written under another name first, so that a running program is replaced atomically.
    cp "$work/$name/$program" "$bin/.$program.new"
    chmod 755 "$bin/.$program.new"
    mv "$bin/.$program.new" "$bin/$program"
    echo "installed $("$bin/$program" --version) in $bin"
    case ":$PATH:" in
        *":$bin:"*) ;;
        *) echo "It is not on your PATH yet: export PATH=\"$bin:\$PATH\"" ;;
    esac
}

main
