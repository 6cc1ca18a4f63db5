#!/bin/sh
# Installs PostgreSQL with PostGIS from Debian's packages for tests/geodata/test_postgis.py, where that is
# allowed (root, apt); says so and goes on where it is not: the test then skips.
set -eu
if ls /usr/share/postgresql/*/extension/postgis.control >/dev/null 2>&1; then exit 0; fi
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "PostGIS is not installed and cannot be installed here: its test will skip" >&2
    exit 0
fi
package=$(apt-cache search --names-only '^postgresql-[0-9]+-postgis-3$' | sort -V | tail -n 1 | cut -d ' ' -f 1)
if [ -z "$package" ]; then
    apt-get update -q
    package=$(apt-cache search --names-only '^postgresql-[0-9]+-postgis-3$' | sort -V | tail -n 1 | cut -d ' ' -f 1)
fi
DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$package"
