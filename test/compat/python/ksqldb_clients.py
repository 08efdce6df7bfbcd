"""Unmodified clients of ksqlDB's REST API against the server at sys.argv[1]; one line `ok NAME` for each thing done."""

import asyncio
import sys
import time

url = sys.argv[1]


def eventually(attempt):
    deadline = time.monotonic() + 60
    while True:
        result = attempt()
        if result:
            return result
        if time.monotonic() > deadline:
            raise SystemExit("it did not come about")
        time.sleep(0.2)


def ok(name):
    print(f"ok {name}", flush=True)


def ksqldb_package():
    from ksqldb import KSQLdbClient

    client = KSQLdbClient(url)
    created = client.ksql(
        "CREATE STREAM p (k STRING KEY, v INT) WITH (KAFKA_TOPIC='p', VALUE_FORMAT='JSON', PARTITIONS=1);"
        "CREATE TABLE t AS SELECT k, SUM(v) AS total FROM p GROUP BY k;",
        stream_properties={"auto.offset.reset": "earliest"},
    )
    assert [each["commandStatus"]["status"] for each in created] == ["SUCCESS", "SUCCESS"], created
    assert any(each["name"] == "ksql.service.id" for each in client.get_properties())
    ok("ksqldb: statements")

    rows = [{"k": f"k{i % 3}", "v": i} for i in range(300)]
    acks = client.inserts_stream("p", rows)
    assert acks == [{"status": "ok", "seq": i} for i in range(300)], acks[:3]
    wrong = client.inserts_stream("p", [{"k": "k0", "v": 0}, {"k": "k0", "v": "no"}])
    assert wrong[0] == {"status": "ok", "seq": 0} and wrong[1]["status"] == "error", wrong
    ok("ksqldb: inserts")

    totals = eventually(
        lambda: [
            found
            for found in [client.query_sync("SELECT * FROM t WHERE k = 'k1';")]
            if found[1:] == [["k1", sum(range(1, 300, 3))]]
        ]
    )
    assert totals[0][0]["columnNames"] == ["K", "TOTAL"], totals
    ok("ksqldb: pull query")

    async def push():
        seen = []
        query = client.query_async(
            "SELECT k, v FROM p EMIT CHANGES;", stream_properties={"auto.offset.reset": "earliest"}, timeout=60
        )
        async for each in query:
            seen.append(each)
            if len(seen) == 11:
                assert client.close_query(seen[0]["queryId"])
        return seen

    seen = asyncio.run(push())
    assert seen[1:11] == [[f"k{i % 3}", i] for i in range(10)], seen[:11]
    ok("ksqldb: push query, closed")


def ksqldb_client_package():
    from ksqldb_client import KSqlDBClient

    client = KSqlDBClient(url)
    assert client.info().model_dump(by_alias=True)["KsqlServerInfo"]["ksqlServiceId"]
    header, *rows = client.query("SELECT * FROM t;")
    assert header.header.schema_ == "`K` STRING KEY, `TOTAL` INTEGER", header
    assert sorted(row.row.columns[0] for row in rows) == ["k0", "k1", "k2"], rows
    ok("ksqldb-client: info and pull query")
    *_, last = client.query(
        "SELECT v FROM p EMIT CHANGES LIMIT 3;", stream_properties={"auto.offset.reset": "earliest"}
    )
    assert last.final_message == "Limit Reached", last
    ok("ksqldb-client: push query")


def ksql_package():
    # The package is built on one that looks for these where they were before Python 3.10.
    import collections
    import collections.abc

    for name in ("Callable", "Iterable", "Mapping", "MutableMapping", "MutableSet"):
        setattr(collections, name, getattr(collections.abc, name))
    from ksql import KSQLAPI

    client = KSQLAPI(url)
    assert client.get_ksql_version()
    (shown,) = client.ksql("SHOW STREAMS;")
    assert [each["name"] for each in shown["streams"]] == ["P"], shown
    pieces = []
    try:
        for piece in client.query(
            "SELECT v FROM p EMIT CHANGES LIMIT 2;", stream_properties={"auto.offset.reset": "earliest"}
        ):
            pieces.append(piece)
    except RuntimeError as error:
        # How a generator of the package ends since Python 3.7.
        assert "StopIteration" in str(error), error
    text = "".join(pieces)
    assert '"columns":[1]' in text and "Limit Reached" in text, text
    ok("ksql: statements and push query")


# Packages that cannot be installed beside each other.
{"ksqldb": lambda: (ksqldb_package(), ksqldb_client_package()), "ksql": ksql_package}[sys.argv[2]]()
