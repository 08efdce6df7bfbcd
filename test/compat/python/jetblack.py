"""jetblack-ksql-dbapi, unmodified, against the server at sys.argv[1]; one line `ok NAME` for each thing done."""

import asyncio
import sys
from datetime import datetime
from decimal import Decimal
from importlib import resources
from pathlib import Path
from shutil import copyfile

import httpx
import jetblack_ksql_dbapi
from jetblack_ksql_dbapi import AsyncKsqlDbClient, _grammars, aio
from jetblack_ksql_dbapi._ksql_types import KsqlStatementError

url = sys.argv[1]
FROM_THE_START = {"auto.offset.reset": "earliest"}


def ok(name):
    print(f"ok {name}", flush=True)


def eventually(attempt):
    for _ in range(300):
        result = attempt()
        if result:
            return result
        asyncio.run(asyncio.sleep(0.2))
    raise SystemExit("it did not come about")


def complete_the_package():
    """Its releases come without the file of its grammar."""
    grammar = Path(str(resources.files(_grammars) / "ksql.lark"))
    if not grammar.exists():
        copyfile(Path(__file__).parent / "ksql.lark", grammar)


def statements(cursor):
    cursor.execute("DROP TABLE IF EXISTS people_view DELETE TOPIC;")
    cursor.execute(
        "CREATE TABLE people (id BIGINT PRIMARY KEY, name STRING, born TIMESTAMP, paid DECIMAL(6, 2), tags ARRAY<STRING>)"
        " WITH (KAFKA_TOPIC='people', KEY_FORMAT='JSON', VALUE_FORMAT='JSON', PARTITIONS=1);"
    )
    cursor.execute("CREATE TABLE people_view AS SELECT id, name, born, paid FROM people;")
    assert cursor.description is None
    ok("statements")


def inserts(cursor):
    cursor.executemany(
        "INSERT INTO people (id, name, born, paid) VALUES (?, ?, ?, ?);",
        [
            (1, "Ada", "2026-07-28T12:03:24", Decimal("12.50")),
            (2, "Bob", "2026-07-28T12:03:25.5", Decimal("0.75")),
            (3, None, None, None),
        ],
    )
    cursor.execute("INSERT INTO people (id, name, tags) VALUES (?, ?, ?);", (4, "Dan", ["x", "y"]))
    ok("inserts")


def pull_queries(cursor):
    def rows():
        try:
            cursor.execute("SELECT * FROM people_view;")
        except httpx.HTTPStatusError as error:
            # The query that keeps the table has just begun.
            assert error.response.status_code == 503, error
            return None
        found = sorted(cursor.fetchall())
        return found if len(found) == 4 else None

    found = eventually(rows)
    assert found[0] == [1, "Ada", datetime(2026, 7, 28, 12, 3, 24), Decimal("12.50")], found
    assert found[1][2:] == [datetime(2026, 7, 28, 12, 3, 25, 500_000), Decimal("0.75")], found
    assert found[2] == [3, None, None, None], found
    names = [(each.name, str(each.type_code), each.precision, each.scale) for each in cursor.description]
    assert names == [
        ("ID", "BIGINT", None, None),
        ("NAME", "STRING", None, None),
        ("BORN", "DATETIME", None, None),
        ("PAID", "DECIMAL", 6, 2),
    ], names
    cursor.execute("SELECT name FROM people_view WHERE id = ?;", (2,))
    assert cursor.fetchone() == ["Bob"] and cursor.fetchone() is None
    ok("pull queries")


def lists(cursor):
    cursor.execute("SHOW TABLES;")
    tables = {row[1]: row for row in cursor.fetchall()}
    assert set(tables) == {"PEOPLE", "PEOPLE_VIEW"}, tables
    assert tables["PEOPLE"] == ["TABLE", "PEOPLE", "people", "JSON", "JSON", False], tables
    cursor.execute("DESCRIBE people;")
    assert [row[:2] for row in cursor.fetchall()] == [
        ["ID", "BIGINT"],
        ["NAME", "STRING"],
        ["BORN", "TIMESTAMP"],
        ["PAID", "DECIMAL"],
        ["TAGS", "ARRAY"],
    ]
    ok("lists")


def errors(cursor):
    try:
        cursor.execute("CREATE STREAM x AS SELECT * FROM nowhere;")
    except KsqlStatementError as error:
        assert error.error_code == 40001 and "NOWHERE" in str(error), error
        assert error.statement_text == "CREATE STREAM x AS SELECT * FROM nowhere;", error.statement_text
    else:
        raise SystemExit("a statement about nothing passed")
    try:
        cursor.execute("SELECT * FROM nowhere;")
    except httpx.HTTPStatusError as error:
        assert error.response.status_code == 400, error
    else:
        raise SystemExit("a query of nothing passed")
    ok("errors")


async def push_query():
    connection = aio.connect(url)
    cursor = connection.cursor()
    await cursor.execute("SELECT id, name FROM people EMIT CHANGES;")
    other = aio.connect(url)
    inserting = other.cursor()

    async def insert():
        # The query begins at the end of the topic: rows are told from then on.
        for name in [f"n{i}" for i in range(100)]:
            await inserting.execute("INSERT INTO people (id, name) VALUES (?, ?);", (9, name))
            await asyncio.sleep(0.1)

    inserts = asyncio.create_task(insert())
    row = await cursor.fetchone()
    assert row[0] == 9 and row[1].startswith("n"), row
    inserts.cancel()
    await cursor.close()
    await asyncio.wait_for(cursor.fetchall(), 60)
    ok("push query, closed")


async def printing():
    cursor = aio.connect(url).cursor()
    await cursor.execute("PRINT 'people' FROM BEGINNING LIMIT 2;")
    lines = [line async for line in cursor]
    assert lines[0].startswith("Key format:"), lines
    assert sum("rowtime:" in line for line in lines) == 2, lines
    ok("print")


async def client():
    client = AsyncKsqlDbClient(url)
    assert (await client.info())["KsqlServerInfo"]["serverStatus"] == "RUNNING"
    assert (await client.healthcheck())["isHealthy"]
    await client.ksql(
        "CREATE STREAM ${name} (k STRING KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);",
        session_variables={"name": "s"},
    )
    acks = [ack async for ack in client.inserts_stream("s", [{"k": "a", "v": i} for i in range(3)])]
    assert acks == [{"status": "ok", "seq": i} for i in range(3)], acks
    rows = client.query_stream("SELECT k, v FROM s EMIT CHANGES LIMIT 3;", properties=FROM_THE_START)
    assert [row async for row in rows] == [{"K": "a", "V": i} for i in range(3)]
    await client.close()
    ok("client")


complete_the_package()
connection = jetblack_ksql_dbapi.connect(url)
for check in (statements, inserts, pull_queries, lists, errors):
    check(connection.cursor())
connection.close()
for check in (push_query, printing, client):
    asyncio.run(check())
