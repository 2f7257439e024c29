#!/usr/bin/env python3
"""Checks who includes what: the arrows between layers and the owners of third-party headers (docs/architecture.md).

usage: check_includes.py [ROOT]

Prints file:line: what is wrong, and fails, for every #include that goes against the tables below. A new arrow or a
new owner is a change of these tables, to be seen and judged in review.
"""
import pathlib
import re
import sys

# layer of core -> layers that it may include besides itself
CORE = {
    "base": [],
    "data": ["base"],
    "expr": ["base", "data"],
    "model": ["base", "data"],
    "identity": ["base", "data"],
    "config": ["base", "data"],
    "mail": ["base", "data"],
    "mapping": ["base", "data", "expr", "model", "identity", "config", "mail"],
    "obs": ["base", "data"],
    "async": ["base", "obs"],
    "net": ["base", "data", "obs", "async"],
    "sqlite": ["base"],
    "journal": ["base", "data", "obs", "async", "sqlite"],
    "store": ["base", "data", "model", "identity", "obs", "async", "sqlite"],
    "connector": ["base", "data", "config", "obs", "async", "net", "journal"],
    "pipeline": ["base", "data", "model", "mapping", "identity", "config", "obs", "async", "journal", "store",
                 "connector"],
    "outbox": ["base", "data", "model", "identity", "obs", "async", "store", "connector", "pipeline"],
    "media": ["base", "data", "obs", "async", "net", "store", "connector"],
    "mail": ["base", "data"],
    "api": ["base", "data", "model", "mapping", "identity", "config", "obs", "async", "net", "journal", "store",
            "connector", "pipeline", "outbox", "media"],
}

# A connector has its Host, and nothing of what stands behind it.
CONNECTORS = ["base", "data", "config", "obs", "async", "net", "connector"]
# What a connector may include besides.
CONNECTOR_EXTRAS = {"imap": ["mail"], "smtp": ["mail"]}

# What connectors of one vendor share: functions of their arguments, in a folder that no connector is. folder -> layers of
# core that it may include; and who may include it.
SHARED = {"avaya": ["base", "data"]}
SHARED_BY = {"avaya_dmcc": ["avaya"], "avaya_records": ["avaya"], "avaya_smdr": ["avaya", "avaya_records"],
             "avaya_cdr": ["avaya", "avaya_records"]}

# Functions of their arguments: no event loop, no threads, no files.
PURE = ["base", "data", "expr", "model", "mail", "mapping", "identity"]
IMPURE = re.compile(
    r"boost/|uv\.h|sys/|fcntl\.h|unistd\.h|poll\.h|netdb\.h|arpa/|netinet/|pthread\.h"
    r"|(thread|mutex|shared_mutex|condition_variable|future|semaphore|latch|barrier|stop_token|filesystem|fstream)$")

# third-party header -> the files that may include it
OWNERS = {
    r"yaml-cpp/": ["core/config/yaml.cpp"],
    r"rapidjson/": ["core/data/json.cpp"],
    r"sqlite3\.h$": ["core/sqlite/database.cpp"],
    r"spdlog/": ["core/obs/log.cpp"],
    r"expat\.h$": ["connectors/xmpp/stream_reader.cpp"],
    r"pugixml\.hpp$": ["connectors/avaya_dmcc/xml.cpp", "core/data/decode_xml.cpp", "core/data/encode.cpp"],
    r"openssl/": ["core/base/crypto.cpp", "core/mail/cms.cpp", "core/net/tls.cpp", "core/net/tls_session.cpp"],
    r"phonenumbers/": ["core/identity/phone.cpp"],
    r"CLI/": ["tools/tandem/*"],
    r"date/": ["core/base/zone.cpp"],
    r"re2/": ["core/mapping/functions_regex.cpp"],
    r"gmime/": ["core/mail/mime.cpp"],
    r"libxml/": ["core/mail/html_text.cpp"],
    r"unicode/": ["core/data/charset.cpp", "core/mail/charset.cpp", "core/mail/text/unicode.cpp",
                  "core/expr/functions_text.cpp", "core/identity/mailbox.cpp"],
    r"boost/beast/": ["core/net/*.cpp", "core/async/*_impl.cpp"],
    r"boost/asio": ["core/async/*", "core/net/*", "core/*/*.cpp", "connectors/*/*.cpp", "tools/tandem/*.cpp"],
    r"fmt/": ["core/*/*.cpp", "core/*/*/*.cpp", "connectors/*/*.cpp", "tools/tandem/*.cpp"],
}

INCLUDE = re.compile(r'\s*#\s*include\s*(["<])([^">]+)[">]')


def may_include(path, header):
    """Why the file `path` may not include our own `header`, or None. Both are relative to the root."""
    parts, target = path.parts, pathlib.PurePosixPath(header).parts
    if len(target) < 2 or target[0] not in ("core", "connectors", "tools"):
        return "write the path from the root: core/…, connectors/… or tools/…"
    if parts[0] == "tools":
        return None
    if target[0] == "tools":
        return f"{parts[0]} may not include tools"
    if parts[0] == "core":
        return check_core(parts[1], target)
    return check_connector(parts, target)


def check_core(layer, target):
    if target[0] != "core":
        return f"core/{layer} may not include {target[0]}"
    if layer not in CORE:
        return f"core/{layer} is no layer of tools/check_includes.py"
    if target[1] != layer and target[1] not in CORE[layer]:
        return f"core/{layer} may not include core/{target[1]}"
    return None


def check_connector(parts, target):
    own = parts[1] if len(parts) > 2 else None  # connectors/all.cpp stands above all
    if target[0] == "core":
        if own in SHARED:
            return None if target[1] in SHARED[own] else f"connectors/{own} may not include core/{target[1]}"
        allowed = target[1] in CONNECTORS or target[1] in CONNECTOR_EXTRAS.get(own, [])
        return None if allowed else f"a connector may not include core/{target[1]}"
    if own is None or len(target) == 2 or target[1] in (own, "common") or target[1] in SHARED_BY.get(own, []):
        return None
    return f"connectors/{own} may not include connectors/{target[1]}"


def may_use(path, header):
    """Why the file `path` may not include the foreign `header`, or None."""
    pure = path.parts[1] in (PURE if path.parts[0] == "core" else SHARED)
    if pure and IMPURE.match(header):
        return f"{path.parts[0]}/{path.parts[1]} is pure: no event loop, threads or files"
    for library, owners in OWNERS.items():
        if re.match(library, header) and not any(path.match(owner) for owner in owners):
            return f"<{header}> belongs to {', '.join(owners)}"
    return None


def check_file(root, path):
    for number, line in enumerate((root / path).read_text(encoding="utf-8").splitlines(), 1):
        include = INCLUDE.match(line)
        if include:
            own = include[1] == '"'
            wrong = may_include(path, include[2]) if own else may_use(path, include[2])
            if wrong:
                yield f"{path}:{number}: {wrong}"


def check_tree(root):
    files = sorted(path for folder in ("core", "connectors", "tools") for path in (root / folder).rglob("*.[hc]pp"))
    if not files:
        yield f"{root}: no sources here"
    for path in files:
        yield from check_file(root, path.relative_to(root))


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent)
    findings = list(check_tree(root))
    print("\n".join(findings) or "includes follow the layers")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
