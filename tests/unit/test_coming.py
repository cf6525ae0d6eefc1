"""What follows a timer by the diagram: which professions get a task, and whether that is certain."""

from tests.unit.engine_bpmn import chain, defined, flow
from workflows import coming

LANES = (
    '<laneSet id="l"><lane id="lane_ssk"><flowNodeRef>a</flowNodeRef></lane>'
    '<lane id="lane_usk"><flowNodeRef>b</flowNodeRef></lane></laneSet>'
)
TASKS = '<userTask id="a"/><userTask id="b"/>'
TIMER = "<timerEventDefinition><timeDuration>P2D</timeDuration></timerEventDefinition>"
CATCH = f'<intermediateCatchEvent id="t">{TIMER}</intermediateCatchEvent>'
START, END = '<startEvent id="s"/>', '<endEvent id="e"/>'


def ahead(body: str, element_id: str = "t") -> dict[str, bool]:
    return dict(coming.ahead(defined(LANES + START + END + body), element_id))


def test_what_only_one_way_leads_to_is_certain_and_ends_the_way() -> None:
    assert ahead(TASKS + CATCH + chain("s", "t", "a", "b", "e")) == {"ssk": True}


def test_machines_are_passed_and_both_ways_of_a_split_are_certain() -> None:
    body = '<scriptTask id="x"><script>1</script></scriptTask><parallelGateway id="g"/>'
    flows = chain("s", "t", "x", "g", "a", "e") + chain("g", "b", "e")
    assert ahead(TASKS + CATCH + body + flows) == {"ssk": True, "usk": True}


def test_behind_a_choice_it_may_come() -> None:
    flows = chain("s", "t", "g") + flow("g", "a", "1 = 1") + flow("g", "b") + chain("a", "e") + chain("b", "e")
    assert ahead(TASKS + CATCH + '<exclusiveGateway id="g" default="g_b"/>' + flows) == {"ssk": False, "usk": False}


def test_a_timer_on_the_edge_of_a_step_may_come() -> None:
    edge = f'<boundaryEvent id="t" attachedToRef="a" cancelActivity="false">{TIMER}</boundaryEvent>'
    assert ahead(TASKS + edge + chain("s", "a", "e") + chain("t", "b", "e")) == {"usk": False}


def test_a_timer_that_competes_with_a_message_may_come() -> None:
    other = '<intermediateCatchEvent id="m"><messageEventDefinition messageRef="m_info"/></intermediateCatchEvent>'
    flows = chain("s", "g", "t", "a", "e") + chain("g", "m", "b", "e")
    assert ahead(TASKS + CATCH + other + '<eventBasedGateway id="g"/>' + flows) == {"ssk": False}


def test_a_wait_for_something_else_ends_the_way() -> None:
    other = '<intermediateCatchEvent id="m"><messageEventDefinition messageRef="m_info"/></intermediateCatchEvent>'
    assert ahead(TASKS + CATCH + other + chain("s", "t", "m", "a", "b", "e")) == {}


def test_it_is_followed_into_and_out_of_a_sub_process_and_round_a_loop_only_once() -> None:
    inside = '<subProcess id="u"><startEvent id="us"/><task id="x"/><endEvent id="ue"/>'
    inside += chain("us", "x", "ue") + "</subProcess>"
    assert ahead(TASKS + CATCH + inside + chain("s", "t", "u", "a", "b", "e")) == {"ssk": True}
    loop = '<exclusiveGateway id="g" default="g_t"/>' + chain("s", "t", "g") + flow("g", "t") + flow("g", "a", "1 = 1")
    assert ahead(TASKS + CATCH + loop + chain("a", "b", "e")) == {"ssk": False}


def test_a_timer_that_the_version_does_not_have_leads_nowhere() -> None:
    assert ahead(TASKS + CATCH + chain("s", "t", "a", "b", "e"), "borta") == {}
