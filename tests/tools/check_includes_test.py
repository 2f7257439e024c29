"""Every rule of tools/check_includes.py, each with a tree that breaks it and one that does not. Plain checks: Debian's
python3-minimal has no unittest."""
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))
import check_includes  # noqa: E402

# (file, its include, part of the complaint or None)
CASES = [
    ("core/data/json.cpp", '"core/base/text.hpp"', None),
    ("core/data/json.cpp", '"core/data/json.hpp"', None),
    ("core/base/text.cpp", '"core/data/json.hpp"', "core/base may not include core/data"),
    ("core/store/sqlite/reader.cpp", '"core/net/http.hpp"', "core/store may not include core/net"),
    ("core/pipeline/run.cpp", '"core/api/page.hpp"', "core/pipeline may not include core/api"),
    ("core/newcomer/a.cpp", '"core/base/text.hpp"', "core/newcomer is no layer"),
    ("core/net/a.cpp", '"connectors/all.hpp"', "core/net may not include connectors"),
    ("core/net/a.cpp", '"tools/tandem/commands.hpp"', "core may not include tools"),
    ("core/net/a.cpp", '"http.hpp"', "write the path from the root"),
    ("core/net/a.cpp", '"tests/support/golden.hpp"', "write the path from the root"),
    ("connectors/http/connector.cpp", '"core/connector/connector.hpp"', None),
    ("connectors/http/connector.cpp", '"connectors/http/config.hpp"', None),
    ("connectors/http/connector.cpp", '"connectors/common/oauth2.hpp"', None),
    ("connectors/http/connector.cpp", '"core/store/store.hpp"', "a connector may not include core/store"),
    ("connectors/http/connector.cpp", '"core/mapping/pack.hpp"', "a connector may not include core/mapping"),
    ("connectors/http/connector.cpp", '"connectors/smpp/protocol.hpp"', "connectors/http may not include"),
    ("connectors/avaya_dmcc/event.cpp", '"connectors/avaya/device.hpp"', None),
    ("connectors/http/connector.cpp", '"connectors/avaya/device.hpp"', "connectors/http may not include"),
    ("connectors/avaya/uui.cpp", '"core/base/text.hpp"', None),
    ("connectors/avaya/uui.cpp", '"core/net/http.hpp"', "connectors/avaya may not include core/net"),
    ("connectors/avaya/uui.cpp", '"connectors/avaya_dmcc/event.hpp"', "connectors/avaya may not include"),
    ("connectors/avaya/uui.cpp", "<thread>", "connectors/avaya is pure"),
    ("connectors/all.cpp", '"connectors/smpp/connector.hpp"', None),
    ("tools/tandem/run.cpp", '"core/api/api.hpp"', None),
    ("tools/tandem/run.cpp", '"connectors/all.hpp"', None),
    ("core/mapping/map.cpp", "<boost/asio/post.hpp>", "core/mapping is pure"),
    ("core/expr/run.cpp", "<thread>", "core/expr is pure"),
    ("core/identity/phone.cpp", "<filesystem>", "core/identity is pure"),
    ("core/model/snapshot.cpp", "<string>", None),
    ("core/journal/journal.cpp", "<thread>", None),
    ("core/config/yaml.cpp", "<yaml-cpp/parser.h>", None),
    ("core/mapping/pack.cpp", "<yaml-cpp/parser.h>", "<yaml-cpp/parser.h> belongs to core/config/yaml.cpp"),
    ("core/data/json.hpp", "<rapidjson/reader.h>", "belongs to"),
    ("core/store/sqlite/reader.cpp", "<sqlite3.h>", "belongs to"),
    ("core/net/tls.cpp", "<openssl/ssl.h>", None),
    ("core/api/tokens.cpp", "<openssl/evp.h>", "belongs to"),
    ("core/net/connection.cpp", "<boost/beast/http/basic_parser.hpp>", None),
    ("core/net/connection.hpp", "<boost/beast/http/basic_parser.hpp>", "belongs to"),
    ("core/api/api.hpp", "<boost/asio/post.hpp>", "belongs to"),
    ("core/obs/log.hpp", "<fmt/format.h>", "belongs to"),
    ("core/store/sqlite/reader.cpp", "<fmt/format.h>", None),
]


def findings(file, include):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / file
        path.parent.mkdir(parents=True)
        path.write_text(f"// first line\n  #  include {include}\n", encoding="utf-8")
        return list(check_includes.check_tree(pathlib.Path(folder)))


def wrong_cases():
    for file, include, complaint in CASES:
        found = findings(file, include)
        if complaint is None:
            good = not found
        else:
            good = len(found) == 1 and found[0].startswith(f"{file}:2: ") and complaint in found[0]
        if not good:
            yield f"{file} with {include}: expected {complaint or 'nothing'}, found {found}"


def wrong_tables():
    for layer, below in check_includes.CORE.items():
        for other in below:
            if layer in check_includes.CORE[other]:
                yield f"{layer} and {other} may include each other"
    with tempfile.TemporaryDirectory() as folder:
        if not list(check_includes.check_tree(pathlib.Path(folder))):
            yield "an empty tree passes"


if __name__ == "__main__":
    failures = [*wrong_cases(), *wrong_tables()]
    print("\n".join(failures) or f"{len(CASES)} cases pass")
    sys.exit(1 if failures else 0)
