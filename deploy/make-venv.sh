#!/bin/sh
# Makes .venv. Debian splits `venv` off from python3, so try what is there before asking for the package.
set -eu
python=${1:-python3}
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "Menxia needs Python 3.11 or newer; '$python' is $("$python" -V 2>&1)." >&2
    exit 1
}
rm -rf .venv
if "$python" -m venv .venv 2>/dev/null || "$python" -m virtualenv -q .venv 2>/dev/null; then
    exit 0
fi
rm -rf .venv
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing python3-venv (Debian ships it apart from python3) ..." >&2
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv >/dev/null
    exec "$python" -m venv .venv
fi
echo "Python cannot make a virtual environment here. Run: sudo apt-get install python3-venv" >&2
exit 1
