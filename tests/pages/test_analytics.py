"""The Analytics Builder: the answer and its knobs, saved reports, files of the table; without scripts, for those who may."""

import csv
import html
import io
import json
import re
import zipfile
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import pytest
from django.test import Client

from antiphon.accounts.models import AuditEntry
from antiphon.campaigns.models import Campaign
from antiphon.exports.tables import harmless
from antiphon.kit.db import account
from antiphon.metrics.dictionary import DIMENSIONS, METRICS
from antiphon.metrics.models import SavedReport
from tests.kit.caller import Caller
from tests.kit.world import MIA, Tenant
from tests.pages.conftest import Visitor
from tests.pages.story import Story

pytestmark = pytest.mark.django_db
FORMULA = '=HYPERLINK("http://evil.example","x")'


@pytest.fixture
def lyn(visitor: Visitor, story: Story) -> Client:
    """Return the analyst, after Cleo replied and Mia did not."""
    story.notice(MIA)
    return visitor("Lyn")


def page(client: Client, query: str = "", *, path: str = "/analytics/", status: int = 200) -> str:
    response = client.get(f"{path}?{query}" if query else path)
    assert response.status_code == status
    return html.unescape(response.content.decode())


def cells(text: str) -> list[list[str]]:
    """Return the rows of the first table."""
    table = text.split("<table", 2)[1].partition("</table>")[0]
    rows = re.findall(r"<tr>(.*?)</tr>", table.replace("\n", " "), re.DOTALL)
    return [[" ".join(re.sub("<[^>]+>", " ", cell).split()) for cell in re.findall(r"<t[hd].*?</t[hd]>", row)] for row in rows]


def drawing(text: str) -> Any:
    found = re.search(r'data-chart="(\{.*?\})">', text, re.DOTALL)
    assert found
    return json.loads(found[1])


def test_the_table_says_what_was_counted_and_its_base(lyn: Client) -> None:
    text = page(lyn, "metric=sent&metric=response_rate&metric=time_to_reply&by=campaign&range=all")
    head, body, total = cells(text)
    assert head == ["Campaign", "Sent", "Response rate of sent", "Time to reply, median", "Time to reply, 90 % within"]
    assert body[:3] == ["Spring check-up", "2", "50.0 %"]
    assert body[3].startswith("1 h ")
    assert total[:3] == ["Total", "2", "50.0 %"]


def test_picture_and_table_are_the_same_numbers(lyn: Client) -> None:
    text = page(lyn, "metric=sent&metric=replies&by=&range=7d&picture=bars")
    drawn = drawing(text)
    sums = {series["name"]: sum(series["values"]) for series in drawn["series"]}
    assert sums == {"Sent": 2, "Replies": 1}
    assert len(drawn["x"]) == 7
    assert cells(text)[-1] == ["2", "1"]
    heat = drawing(page(lyn, "metric=replies&picture=heat&range=all"))
    assert sum(value or 0 for day in heat["values"] for value in day) == 1
    funnel = drawing(page(lyn, "picture=funnel&range=all"))
    assert [step["value"] for step in funnel["steps"]] == [2, 0, 1, 1, 0, 0]
    ranked = drawing(page(lyn, "metric=replies&by=verdict&picture=bars&range=all"))
    assert (ranked["kind"], ranked["x"], ranked["series"][0]["values"]) == ("ranked", ["Linked by campaign ID"], [1])
    assert drawing(page(lyn, "metric=replies&by=campaign&picture=stacked&range=all&grain=hour"))["kind"] == "stacked"
    assert "data-chart" not in page(lyn, "metric=sent&picture=table&range=all")


def test_every_knob_is_an_address_that_works(lyn: Client) -> None:
    text = page(lyn, "metric=sent&metric=goals&by=campaign&narrow=verdict")
    links = set(re.findall(r'href="(\?[^"#]+)', text))
    assert len(links) > 40
    for link in sorted(links):
        assert lyn.get(f"/analytics/{link}").status_code == 200, link


@pytest.mark.parametrize("picture", ["lines", "heat"])
def test_every_metric_can_be_asked_for_with_every_dimension(lyn: Client, picture: str) -> None:
    metrics = [list(METRICS)[start : start + 12] for start in range(0, len(METRICS), 12)]
    for dimension in DIMENSIONS:
        for some in metrics:
            asked = urlencode([("metric", name) for name in some])
            assert lyn.get(f"/analytics/?{asked}&by={dimension}&by=time&range=all&picture={picture}").status_code == 200


def test_narrowed_by_several_values_with_their_names(lyn: Client, north: Tenant) -> None:
    other = north.campaign("Autumn", entry_points=["C7"])
    spring = north.campaigns["Spring check-up"]
    query = f"metric=sent&by=campaign&range=all&campaign={spring.pk}&campaign={other.pk}"
    text = page(lyn, query)
    assert "is Spring check-up or Autumn" in text
    assert cells(text)[-1] == ["Total", "2"]
    assert "Nothing was counted" in page(lyn, f"metric=sent&by=campaign&range=all&campaign={other.pk}")
    boxes = page(lyn, f"{query}&narrow=campaign")
    assert boxes.count('type="checkbox" name="campaign"') == 3 or len(re.findall(r'name="campaign"\s+value="\d+"\s+checked', boxes)) == 2


def test_what_is_archived_keeps_its_name(lyn: Client, north: Tenant) -> None:
    with account(north.id):
        Campaign.objects.filter(account_id=north.id).update(state="archived")
    (row,) = cells(page(lyn, "metric=sent&by=campaign&range=all"))[1:2]
    assert row == ["Spring check-up no longer in use", "2"]


def test_words_that_mean_nothing_are_left_out_and_told(lyn: Client) -> None:
    text = page(lyn, "metric=sent&metric=opens&by=colour&range=all")
    assert "Left out, since it means nothing here: colour, opens." in text
    assert cells(text)[-1] == ["2"]


def test_nothing_is_said_plainly(visitor: Visitor, lyn: Client, story: Story) -> None:
    assert "Nothing of this has been counted yet" in page(visitor("Zoe"))
    story.tenant.clock.forward(days=3)
    assert "Nothing was counted: 27 March" in page(lyn, "metric=sent&range=today")
    text = page(lyn, "metric=sent&metric=replies&by=agent&range=28d")
    assert "Counting of this began on 24 March: before that there is nothing." in text
    assert "Today is not over." in text
    assert "Without agent, so under “No agent”: Sent, Replies." in text


def test_who_may_not_read_numbers_is_refused(visitor: Visitor, story: Story) -> None:  # noqa: ARG001 - something is there to be read
    assert visitor("Ada").get("/analytics/").status_code == 403
    assert visitor("Ada").get("/analytics/file?metric=sent").status_code == 403
    assert visitor("Cam").get("/analytics/").status_code == 200


def save(client: Client, name: str, query: str = "metric=sent&by=campaign", **more: str) -> Any:
    return client.post("/analytics/reports/additions", {"name": name, "query": query, **more})


def test_saved_changed_shared_duplicated_removed_and_back(visitor: Visitor, lyn: Client) -> None:
    response = save(lyn, "Reach", is_shared="1")
    assert response.status_code == 303
    path = response.headers["Location"]
    assert "Reach is saved." in page(lyn, path=path)
    cam = visitor("Cam")
    seen = page(cam, path=path)
    assert "Saved by Lyn, for everybody" in re.sub(r"\s+", " ", seen)
    assert 'id="change-report"' not in seen
    changed = page(lyn, "metric=sent&metric=goals&by=campaign", path=path)
    assert "Changed since, not saved" in changed
    assert cam.post(f"{path}changes", {"query": "metric=goals"}).status_code == 409
    assert lyn.post(f"{path}changes", {"query": "metric=goals", "version": "1"}).status_code == 303
    stale = lyn.post(f"{path}changes", {"name": "Ours", "version": "1"})
    assert (stale.status_code, "changed this report meanwhile" in stale.content.decode()) == (422, True)
    assert save(cam, "Reach of my own", query="metric=goals").status_code == 303
    assert "Reach of my own" in page(cam, path="/analytics/reports/")
    assert "Reach of my own" not in page(lyn, path="/analytics/reports/")
    assert lyn.post(f"{path}removal").status_code == 303
    listed = page(lyn, path="/analytics/reports/")
    assert f'action="{path}return"' in listed
    assert lyn.get(path).status_code == 404
    assert lyn.post(f"{path}return").status_code == 303
    assert "Reach" in page(lyn, path=path)


def test_a_report_without_a_name_comes_back_with_what_was_typed(lyn: Client, north: Tenant) -> None:
    response = save(lyn, " ", is_shared="1")
    text = html.unescape(response.content.decode())
    assert response.status_code == 422
    assert "Give the report a name." in text
    assert re.search(r'id="add-name"[^>]*aria-invalid="true"', text)
    assert 'value="metric=sent&by=campaign"' in text
    with account(north.id):
        assert not SavedReport.objects.filter(account_id=north.id).exists()


def test_another_accounts_report_is_not_there(visitor: Visitor, lyn: Client) -> None:
    path = save(lyn, "Reach", is_shared="1").headers["Location"]
    assert visitor("Zoe").get(path).status_code == 404
    for end in ("changes", "removal", "return"):
        assert visitor("Zoe").post(f"{path}{end}").status_code == 404


def test_the_list_goes_on(lyn: Client, north: Tenant) -> None:
    at = north.clock()
    made = [
        SavedReport(account_id=north.id, name=f"No. {number}", query="metric=sent", created_at=at, updated_at=at) for number in range(55)
    ]
    with account(north.id):
        SavedReport.objects.bulk_create(made)
    first = page(lyn, path="/analytics/reports/")
    (older,) = re.findall(r'href="\?(before=\d+)"', first)
    second = page(lyn, older, path="/analytics/reports/")
    names = re.findall(r">(No\. \d+)<", first.split("<tbody>")[1]) + re.findall(r">(No\. \d+)<", second.split("<tbody>")[1])
    assert names == [f"No. {number}" for number in reversed(range(55))]


def taken(client: Client, kind: str, query: str) -> Any:
    response = client.get(f"/analytics/file?{query}&format={kind}")
    assert response.status_code == 200
    return response


@pytest.fixture
def named(north: Tenant, story: Story) -> str:  # noqa: ARG001 - the campaign is its
    """Give the campaign a name that a spreadsheet would run; return a question by campaign."""
    with account(north.id):
        Campaign.objects.filter(account_id=north.id).update(name=FORMULA)
    return "metric=sent&metric=response_rate&metric=time_to_reply&metric=goal_value&by=campaign&range=all"


def test_csv_is_exact_or_safe_and_says_which(lyn: Client, named: str) -> None:
    exact, safe = taken(lyn, "csv", named), taken(lyn, "csv-safe", named)
    assert "-exact.csv" in exact.headers["Content-Disposition"]
    assert "-for-spreadsheets.csv" in safe.headers["Content-Disposition"]
    (row,) = csv.DictReader(io.StringIO(exact.content.decode()))
    assert (row["campaign"], row["sent"], row["response_rate"], row["time_to_reply_count"]) == (FORMULA, "2", "0.5", "1")
    assert row["time_to_reply_mean_seconds"] == "3660.0"
    (guarded,) = csv.DictReader(io.StringIO(safe.content.decode("utf-8-sig")))
    assert guarded == row | {"campaign": f"'{FORMULA}"}


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "\n=1", "=cmd|' /C calc'!A0"])
def test_no_text_is_a_formula(text: str) -> None:
    assert harmless(text) == f"'{text}"
    assert harmless(f"x{text}") == f"x{text}"


def test_a_workbook_has_typed_cells_and_no_formula(lyn: Client, named: str) -> None:
    with zipfile.ZipFile(io.BytesIO(taken(lyn, "xlsx", named).content)) as book:
        sheet = ET.fromstring(book.read("xl/worksheets/sheet1.xml"))
        words = "".join(ET.fromstring(book.read("xl/sharedStrings.xml")).itertext())
        styles = book.read("xl/styles.xml").decode()
    space = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    assert sheet.findall(".//m:f", space) == []
    assert FORMULA in words
    assert "0.0%" in styles
    found = {cell.get("r"): (cell.get("t"), cell.findtext("m:v", namespaces=space)) for cell in sheet.iterfind(".//m:c", space)}
    assert (found["A2"][0], found["B2"], found["C2"]) == ("s", (None, "2"), (None, "0.5"))
    assert (found["A3"][0], found["B3"]) == ("s", (None, "2"))


def test_json_has_ids_bases_and_totals(lyn: Client, named: str, north: Tenant) -> None:
    told = json.loads(taken(lyn, "json", f"{named}&by=time").content)
    (row,) = [row for row in told["rows"] if row["sent"]]
    assert row["campaign"] == {"id": north.campaigns["Spring check-up"].pk, "name": FORMULA}
    assert row["time"] == "2026-03-24T00:00:00+01:00"
    assert (row["response_rate"], row["response_rate_over"], told["totals"]["sent"]) == (0.5, "sent", 2)


def test_taking_a_table_is_written_down(lyn: Client, north: Tenant) -> None:
    taken(lyn, "csv", "metric=sent&by=campaign&range=all")
    with account(north.id):
        entry = AuditEntry.objects.get(account_id=north.id, action="report.exported")
    assert entry.actor == f"membership:{north.people['Lyn'].pk}"
    assert entry.detail == {"format": "csv", "query": "metric=sent&by=campaign&range=all", "rows": 1}
    assert lyn.get("/analytics/file?metric=sent&format=pdf").status_code == 422


def test_the_dictionary_is_the_one_definition(lyn: Client) -> None:
    text = page(lyn, path="/analytics/metrics/")
    for metric in METRICS.values():
        assert f'<code class="small faint">{metric.name}</code>' in text
        assert metric.definition in text
    for dimension in DIMENSIONS.values():
        assert dimension.definition.replace("`", "") in text


def test_saved_reports_by_api(north: Tenant, south: Tenant, lyn: Client) -> None:
    api = Caller(north.key())
    made = api.post("reports", {"name": "Reach", "query": "metric=sent&metric=response_rate&by=campaign&range=all"}, status=201)
    told = api.get(f"reports/{made['id']}/answer")
    assert [(item["metric"], item["value"], item["over"]) for item in told["items"]] == [
        ("sent", 2, None), ("response_rate", 0.5, "sent"),
    ]  # fmt: skip
    assert told["totals"][0]["value"] == 2
    assert "Reach" in page(lyn, path=f"/analytics/reports/{made['id']}/")
    assert api.get("reports")["items"] == [made]
    assert api.patch(f"reports/{made['id']}", {"name": "Reached"})["version"] == 2
    save(lyn, "Hers")
    with account(north.id):
        hers = SavedReport.objects.get(account_id=north.id, name="Hers").pk
    api.get(f"reports/{hers}", status=404)
    assert "opens" in api.post("reports", {"name": "Bad", "query": "metric=opens"}, status=422)["detail"]
    Caller(south.key()).get(f"reports/{made['id']}", status=404)
    api.delete(f"reports/{made['id']}", status=204)
    api.get(f"reports/{made['id']}", status=404)


def test_the_address_of_a_saved_report_is_kept_whole(lyn: Client, north: Tenant) -> None:
    query = urlencode([("metric", "sent"), ("by", ""), ("picture", "bars"), ("range", "7d"), ("verdict", "none")])
    path = save(lyn, "Odd", query=query).headers["Location"]
    with account(north.id):
        assert SavedReport.objects.get(account_id=north.id).query == "metric=sent&by=&verdict=none&range=7d&picture=bars"
    assert "Changed since" not in page(lyn, path=path)
