#!/bin/sh
# A Chrome or Chromium for the browser tests: the one that is there, else Debian's package where we may.
for name in chromium chromium-browser google-chrome google-chrome-stable; do
    command -v "$name" >/dev/null 2>&1 && exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null && exit 0
fi
if [ "$CI" = true ]; then
    echo "no Chrome or Chromium found and none could be installed" >&2
    exit 1
fi
echo "no Chrome or Chromium found: browser tests will be skipped" >&2
