"""Tables of people: the layouts of real exports, and everything that could mean two things.

The layouts are those of the programs' public documentation; all people in them are invented.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from orgtp.importers.people import HEADERS
from tests.importers.reading import by_name, name_parents, read_file, refuse_file

# Each says the same: Ada is at the top, Bob reports to her, and Cy to Bob. Some need a --map.
LAYOUTS: dict[str, tuple[str, dict[str, str]]] = {
    "BambooHR": (
        (
            "Employee #,First Name,Last Name,Job Title,Department,Location,Supervisor ID,Work Email,Hire Date\n"
            "1001,Ada,Example,CEO,Management,Vienna,,ada@example.com,2020-01-07\n"
            "1002,Bob,Example,CTO,Technology,Vienna,1001,bob@example.com,2021-02-01\n"
            "1003,Cy,Example,Developer,Technology,Graz,1002,cy@example.com,2022-03-01\n"
        ),
        {},
    ),
    "Workday": (
        (
            "Employee_ID,Worker,Business Title,Manager_ID,Cost Center,Supervisory Organization\n"
            "21001,Ada Example,CEO,21001,CC-1,Executive\n"
            "21002,Bob Example,CTO,21001,CC-2,Technology\n"
            "21003,Cy Example,Developer,21002,CC-2,Technology\n"
        ),
        {"name": "Worker"},
    ),
    "Personio": (
        (
            "First name;Last name;Position;Supervisor;Department;Email;Status\n"
            "Ada;Example;CEO;;Management;ada@example.com;active\n"
            "Bob;Example;CTO;Ada Example;Technology;bob@example.com;active\n"
            "Cy;Example;Developer;Bob Example;Technology;cy@example.com;leave\n"
        ),
        {},
    ),
    "Google Workspace": (
        (
            "First Name [Required],Last Name [Required],Email Address [Required],Org Unit Path [Required],Employee ID,"
            "Employee Title,Manager Email\n"
            "Ada,Example,ada@example.com,/,1,CEO,\n"
            "Bob,Example,bob@example.com,/Tech,2,CTO,ada@example.com\n"
            "Cy,Example,cy@example.com,/Tech,3,Developer,BOB@example.com\n"
        ),
        {},
    ),
    "last names first": (
        (
            "Personnel No.;Surname;Forename;Job title;Line manager;E-mail\n"
            "1;Example;Ada;CEO;;ada@example.com\n"
            '2;Example;Bob;CTO;"Example, Ada";bob@example.com\n'
            '3;Example;Cy;Developer;"Example, Bob";cy@example.com\n'
        ),
        {},
    ),
    "Entra ID": (
        (
            "userPrincipalName,displayName,givenName,surname,mail,jobTitle,department,manager\n"
            "ada@example.onmicrosoft.com,Ada Example,Ada,Example,ada@example.com,CEO,Management,\n"
            "bob@example.onmicrosoft.com,Bob Example,Bob,Example,bob@example.com,CTO,Technology,ada@example.com\n"
            "cy@example.onmicrosoft.com,Cy Example,Cy,Example,cy@example.com,Developer,Technology,bob@example.com\n"
        ),
        {},
    ),
    "a handbook": (
        (
            "slug,name,role,reports_to,departments\n"
            "ada,Ada Example,CEO,,Executive\n"
            "bob,Bob Example,CTO,ada,Technology\n"
            "cy,Cy Example,Developer,bob,Technology\n"
        ),
        {"id": "slug"},
    ),
    "a chart program": (
        (
            "Person ID,Full Name,Title,Boss ID,AltReportsTo\n"
            "1,Ada Example,CEO,-1,\n"
            "2,Bob Example,CTO,1,\n"
            "3,Cy Example,Developer,2,1\n"
        ),
        {},
    ),
    "a list by hand": (
        (
            "NAME\tPosition\tReports To\n"
            "Ada Example\tCEO\t*\n"
            "Bob Example\tCTO\tada  example\n"
            "Cy Example\tDeveloper\tBob Example\n"
        ),
        {},
    ),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_real_layout_gives_the_people_and_whom_they_report_to(layout: str, tmp_path: Path) -> None:
    text, mapping = LAYOUTS[layout]
    source = read_file(tmp_path / "people.csv", text, mapping)
    assert source.format == "people"
    assert name_parents(source) == {
        "Ada Example": "",
        "Bob Example": "Ada Example",
        "Cy Example": "Bob Example",
    }
    assert [draft.role for draft in source.drafts] == ["CEO", "CTO", "Developer"]
    assert not source.bad
    assert all(draft.kind == "human" for draft in source.drafts)


@pytest.mark.parametrize("layout", [name for name, (_, mapping) in LAYOUTS.items() if mapping])
def test_without_its_map_the_layout_is_an_error_that_names_the_option(layout: str, tmp_path: Path) -> None:
    text, mapping = LAYOUTS[layout]
    if layout == "a handbook":
        # Without a column of ids, the managers are nobody's names: the planner finds them, or says that it cannot.
        source = read_file(tmp_path / "people.csv", text)
        assert [draft.parent for draft in source.drafts] == ["", "name:ada", "name:bob"]
        return
    error = refuse_file(tmp_path / "people.csv", text)
    assert "Add --map name=" in error
    assert str(mapping["name"]) in error


def headers_of_issue() -> dict[str, list[str]]:
    return {
        "id": ["Person ID", "Employee ID", "Employee #", "ID", "employee_id", "EMPLOYEE#"],
        "email": ["Work Email", "Email", "work_email"],
        "name": ["Name", "Full Name", "FULL_NAME"],
        "role": ["Title", "Job Title", "Position", "Role"],
        "parent": [
            "Supervisor ID",
            "Manager ID",
            "Manager",
            "Supervisor",
            "Manager Email",
            "Supervisor Email",
            "Boss ID",
            "Reports To",
            "reports_to",
        ],
        "dotted": ["AltReportsTo", "Dotted Line", "alt reports to"],
    }


@pytest.mark.parametrize(("key", "header"), [(key, one) for key, names in headers_of_issue().items() for one in names])
def test_each_header_is_known_apart_from_case_space_and_signs(key: str, header: str, tmp_path: Path) -> None:
    columns = {
        "id": "ID",
        "name": "Name",
        "role": "Role",
        "email": "Email",
        "parent": "Manager",
        "dotted": "Dotted Line",
    }
    columns[key] = header
    rows = [
        {"id": "7", "name": "Ada", "role": "CEO", "email": "ada@example.com", "parent": "", "dotted": ""},
        {"id": "8", "name": "Bob", "role": "CTO", "email": "bob@example.com", "parent": "7", "dotted": "7"},
    ]
    if "email" in header.lower():
        rows[1]["parent"] = "ada@example.com"
    lines = [",".join(columns.values()), *(",".join(row[one] for one in columns) for row in rows)]
    source = read_file(tmp_path / "p.csv", "\n".join(lines) + "\n")
    bob = by_name(source)["Bob"]
    assert (bob.aliases, bob.role, bob.emails, bob.parent, bob.dotted) == (
        ("8",), "CTO", ("bob@example.com",), "id:7", ("id:7",)
    )  # fmt: skip
    assert not bob.lost


def test_every_key_has_its_headers_folded() -> None:
    names = [name for headers in HEADERS.values() for name in headers]
    assert all(re.fullmatch(r"[a-z]+", name) for name in names)
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("root", ["", "-1", "*", "1", "Ada", "ada@example.com"])
def test_a_root_is_blank_or_a_sign_or_itself(root: str, tmp_path: Path) -> None:
    text = f"ID,Name,Role,Email,Manager\n1,Ada,CEO,ada@example.com,{root}\n2,Bob,CTO,,1\n"
    assert name_parents(read_file(tmp_path / "p.csv", text)) == {"Ada": "", "Bob": "Ada"}


def typed_options(error: str) -> list[dict[str, str]]:
    """Each `--map KEY="Column"` that an error offers, as a shell reads it."""
    found = re.findall(r"--map (?:'[^']*'|\S+=\"[^\"]*\"|\S+=\S+)", error.removesuffix(". Nothing was written."))
    return [dict([shlex.split(one)[1].split("=", 1)]) for one in found]


QUOTES = "A text with a comma or a line break needs quotation marks around it"
AMBIGUOUS = {
    "two columns of the parent": "ID,Name,Role,Manager,Supervisor\n1,Ada,CEO,,\n2,Bob,CTO,1,1\n",
    "the parent by id and by name": "ID,Name,Role,Manager ID,Manager\n1,Ada,CEO,,\n2,Bob,CTO,1,Ada\n",
    "two columns of the name": "ID,Name,Full Name,Role,Manager\n1,Ada,Ada L.,CEO,\n2,Bob,Bob M.,CTO,1\n",
    "two columns of the role": "ID,Name,Title,Position,Manager\n1,Ada,CEO,Boss,\n2,Bob,CTO,Dev,1\n",
    "two columns of the id": "ID,Employee #,Name,Role,Manager\n1,1,Ada,CEO,\n2,2,Bob,CTO,1\n",
    "a header twice": "ID,Name,Role,Role,Manager\n1,Ada,CEO,Boss,\n2,Bob,CTO,Dev,1\n",
    "a manager who is an id and another's name": "ID,Name,Role,Manager\n1,2,CEO,\n2,Bob,CTO,1\n3,Cy,Dev,2\n",
    "a name of two people, where another column tells": (
        "ID,Name,Role,Manager,Boss Code\n1,Ada,CEO,,\n2,Ada,CTO,Ada,1\n3,Cy,Dev,Ada,2\n"
    ),
    "a header with quotation marks": 'ID,Name,Role,"Role ""old""",Title\n1,Ada,CEO,x,Boss\n',
}


@pytest.mark.parametrize("case", AMBIGUOUS)
def test_what_could_mean_two_things_is_an_error_whose_options_work(case: str, tmp_path: Path) -> None:
    error = refuse_file(tmp_path / "p.csv", AMBIGUOUS[case])
    options = typed_options(error)
    assert options, error
    for option in options:
        source = read_file(tmp_path / "p.csv", mapping=option)
        assert source.mapping == option
        assert source.drafts


def test_the_first_and_last_name_beside_an_equal_name_are_no_question(tmp_path: Path) -> None:
    text = "Name,First Name,Last Name,Role,Manager\nAda Example,Ada,Example,CEO,\n"
    source = read_file(tmp_path / "p.csv", text)
    assert [(draft.name, draft.lost) for draft in source.drafts] == [("Ada Example", ())]
    other = text.replace("Ada,Example", "Augusta,Example")
    error = refuse_file(tmp_path / "p.csv", other)
    assert 'Add --map name="Name", or --map first-name="First Name" --map last-name="Last Name"' in error
    assert read_file(tmp_path / "p.csv", other, {"name": "Name"}).drafts[0].name == "Ada Example"
    both = {"first-name": "First Name", "last-name": "Last Name"}
    assert read_file(tmp_path / "p.csv", other, both).drafts[0].name == "Augusta Example"


def test_a_name_that_two_people_have_names_nobody(tmp_path: Path) -> None:
    text = "ID,Name,Role,Manager\n1,Ada,CEO,\n2,Ada,CTO,1\n3,Cy,Dev,Ada\n"
    source = read_file(tmp_path / "p.csv", text)
    assert [(one.where, one.why) for one in source.bad] == [
        (
            "p.csv:4",
            (
                '"Ada" in the column "Manager" is the name of 2 people, in lines 2 and 3. Write the ID or the address '
                "of the one instead"
            ),
        )
    ]
    corrected = text.replace("Dev,Ada", "Dev,2")
    assert read_file(tmp_path / "p.csv", corrected).drafts[2].parent == "id:2"


def test_the_two_of_one_name_are_not_known_by_it(tmp_path: Path) -> None:
    source = read_file(tmp_path / "p.csv", "ID,Name,Role,Manager\n1,Ada,CEO,\n2,Ada,CTO,1\n")
    assert [draft.keys for draft in source.drafts] == [("id:1",), ("id:2",)]


@pytest.mark.parametrize(
    ("rows", "whys"),
    [
        ("1,Ada,CEO,,\n1,Bob,CTO,,\n", ['it has the ID "1", as has line 3', 'it has the ID "1", as has line 2']),
        (
            "1,Ada,CEO,a@b.c,\n2,Bob,CTO,A@B.C,\n",
            ['it has the address "a@b.c", as has line 3', 'it has the address "a@b.c", as has line 2'],
        ),
        (
            ",Ada,CEO,,\n,ada,CTO,,\n",
            [
                f'it has the name "ada", as has line {line}. Add a column ID, with another one for each'
                for line in (3, 2)
            ],
        ),
        ("1,,CEO,,\n", ["it has no name"]),
        ("1,Ada,CEO,nobody,\n", ['"nobody" is not an address']),
        ("1,Ada,#N/A,,\n", ['the column "Role" has the error #N/A']),
        ("1,Ada,CEO,,#REF!\n", ['the column "Manager" has the error #REF!']),
        (f"1,{'A' * 301},CEO,,\n", ['the text in "Name" has more than 300 characters']),
        (
            "1,Ada,CEO,,2\n2,Bob,CTO,,1\n",
            [
                "Ada reports to themselves, through line 3. Correct one of the rows",
                "Bob reports to themselves, through line 2. Correct one of the rows",
            ],
        ),
        (
            "1,Ada\n",
            [f"it has 2 cells, and the header has 5. {QUOTES}"],
        ),
    ],
)
def test_a_bad_row_says_why_and_can_be_written_out(rows: str, whys: list[str], tmp_path: Path) -> None:
    source = read_file(tmp_path / "p.csv", f"ID,Name,Role,Email,Manager\n{rows}9,Zoe,CFO,,\n")
    assert [one.why for one in source.bad] == whys
    assert [one.where for one in source.bad] == [f"p.csv:{2 + number}" for number in range(len(whys))]
    assert [draft.name for draft in source.drafts] == ["Zoe"]
    again = "\n".join([source.header, *(one.text for one in source.bad)])
    assert again == f"ID,Name,Role,Email,Manager\n{rows}".removesuffix("\n")


def test_those_below_a_circle_are_not_in_it(tmp_path: Path) -> None:
    text = "Name,Role,Manager\nAda,CEO,Bob\nBob,CTO,Ada\nCy,Dev,Bob\n"
    source = read_file(tmp_path / "p.csv", text)
    assert [draft.name for draft in source.drafts] == ["Cy"]
    assert source.drafts[0].parent == "name:bob"


@pytest.mark.parametrize(
    ("value", "key"),
    [("zed@example.com", "email:zed@example.com"), ("Zed Y", "name:zed y"), ("4711", "id:4711")],
)
def test_a_manager_whom_the_table_does_not_have_keeps_a_key(value: str, key: str, tmp_path: Path) -> None:
    text = f"ID,Name,Role,Manager\n1,Ada,CEO,{value}\n"
    assert read_file(tmp_path / "p.csv", text).drafts[0].parent == key


def test_dotted_lines_are_one_name_or_several(tmp_path: Path) -> None:
    text = (
        'ID,Name,Role,Manager,Dotted Line\n1,"Example, Ada",CEO,,\n2,Bob,CTO,1,"Example, Ada"\n'
        '3,Cy,Dev,2,"1; Bob"\n4,Di,Dev,2,"1, 3"\n'
    )
    assert [draft.dotted for draft in read_file(tmp_path / "p.csv", text).drafts] == [
        (),
        ("id:1",),
        ("id:1", "id:2"),
        ("id:1", "id:3"),
    ]


def test_the_columns_that_nothing_is_made_of_are_lost_and_say_so(tmp_path: Path) -> None:
    text = "ID,Name,Role,Manager,Hire Date,Department,\n1,Ada,CEO,,2020-01-07,Board,\n2,Bob,,1,,,\n"
    ada, bob = read_file(tmp_path / "p.csv", text).drafts
    assert [(one.what, one.text) for one in ada.lost] == [
        ("column Hire Date", "2020-01-07"),
        ("column Department", "Board"),
    ]
    assert (bob.lost, bob.unknown) == ((), ("role",))
    assert not ada.content


def test_a_mission_an_owner_and_a_kind_are_read_and_kept_as_they_are(tmp_path: Path) -> None:
    text = 'Name,Role,Kind,Owner,Description\nAda,CEO,human,,\nDash,Analytics,agent,Ada,"Finds what\nmoved."\n'
    ada, dash = read_file(tmp_path / "p.csv", text).drafts
    assert (str(ada.kind), str(dash.kind), dash.owner, dash.mission) == (
        "human",
        "agent",
        "name:ada",
        "Finds what\nmoved.",
    )
    bad = read_file(tmp_path / "p.csv", text.replace("agent", "robot")).bad
    assert bad[0].why == 'the kind "robot" is not one of: human, agent, group'


def test_a_map_that_is_remembered_counts_until_another_is_typed(tmp_path: Path) -> None:
    text = "ID,Name,Role,Manager,Supervisor\n1,Ada,CEO,,\n2,Bob,CTO,1,\n"
    remembered = {"people": {"parent": "Manager", "role": "Function"}}
    source = read_file(tmp_path / "people-2026-11.csv", text, remembered=remembered)
    assert name_parents(source) == {"Ada": "", "Bob": "Ada"}
    assert source.mapping == {"parent": "Manager"}
    assert source.notes == ('this machine remembers --map role="Function", and the table has no such column',)
    typed = read_file(tmp_path / "people.csv", text, {"parent-id": "Supervisor"}, remembered=remembered)
    assert typed.mapping == {"parent-id": "Supervisor"}
    assert name_parents(typed) == {"Ada": "", "Bob": ""}


def test_an_unknown_key_or_column_of_a_map_is_an_error_with_the_nearest(tmp_path: Path) -> None:
    text = LAYOUTS["BambooHR"][0]
    assert 'unknown key "parnt". Did you mean "parent"?' in refuse_file(tmp_path / "p.csv", text, {"parnt": "x"})
    error = refuse_file(tmp_path / "p.csv", text, {"parent": "Supervisor"})
    assert 'there is no column "Supervisor" for --map parent. Did you mean "Supervisor ID"?' in error


def test_two_columns_of_one_name_are_told_apart_by_a_number(tmp_path: Path) -> None:
    text = "Name,Role,Name,Manager\nAda,CEO,Ada Long,\n"
    assert read_file(tmp_path / "p.csv", text, {"name": "Name#2"}).drafts[0].name == "Ada Long"


def test_control_characters_do_not_reach_a_name(tmp_path: Path) -> None:
    text = 'Name,Role\n"A\x1b[31mda\u202e",CEO\n'
    assert read_file(tmp_path / "p.csv", text).drafts[0].name == "A [31mda"
