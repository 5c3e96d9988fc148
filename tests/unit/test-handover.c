// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The hand-over's table: every pair of state and event is answered, and the
 * answers have the properties that the model's order of steps relies on. Whether
 * they fit together is the model's to say: tests/models/.
 */
#include <stdio.h>
#include "tests/unit/tap.h"
#include "vzmigrate/handover.h"

/* Counted apart: a row that is missing would be full of zeros, which are an answer too. */
static unsigned int source_rows[HAND_NR_EVENTS], dest_rows[HAND_NR_EVENTS];

static void count_rows(void)
{
#define HAND_SOURCE(ev, ...)	source_rows[HAND_EV_##ev]++;
#define HAND_DEST(ev, ...)	dest_rows[HAND_EV_##ev]++;
#include "vzmigrate/handover.def"
#undef HAND_SOURCE
#undef HAND_DEST
}

static void every_pair_is_answered_once(void)
{
	count_rows();
	for (int ev = 0; ev < HAND_NR_EVENTS; ev++) {
		CHECK(source_rows[ev] == 1);
		CHECK(dest_rows[ev] == 1);
	}
}

static bool of_source(enum hand_state s)
{
	return s <= HAND_S_RELEASED;
}

static void a_side_stays_a_side(void)
{
	for (enum hand_state s = 0; s < HAND_OVER; s++)
		for (enum hand_event ev = 0; ev < HAND_NR_EVENTS; ev++) {
			struct hand_step st = hand_step(s, ev);

			CHECK(st.next < HAND_NR_STATES);
			CHECK(st.next == HAND_OVER || of_source(st.next) == of_source(s));
		}
}

/* What is found on disk after a crash is the state that was in memory, or the one before it. */
static void the_journal_comes_first_and_goes_last(void)
{
	for (enum hand_state s = 0; s < HAND_OVER; s++)
		for (enum hand_event ev = 0; ev < HAND_NR_EVENTS; ev++) {
			struct hand_step st = hand_step(s, ev);
			struct journal j = { .source = of_source(s), .state = st.journal };

			CHECK(st.ends == (st.next == HAND_OVER));
			if (st.binds)
				CHECK(hand_of_journal(&j) == st.next);
			else
				CHECK(st.ends || st.next == s || st.next == HAND_S_ASKED);
		}
}

static void what_a_dead_process_left_is_taken_up(void)
{
	static const struct {
		bool source;
		enum journal_state state;
		enum hand_outcome outcome;
	} want[] = {
		{ true, JOURNAL_COPYING, HAND_BACK },
		{ true, JOURNAL_FROZEN, HAND_BACK },
		{ true, JOURNAL_GRANTED, HAND_ASK },
		{ true, JOURNAL_RELEASED, HAND_ASK },
		{ false, JOURNAL_INCOMING, HAND_DISCARD },
		{ false, JOURNAL_PLACED, HAND_DISCARD },
		{ false, JOURNAL_GRANTED, HAND_FINISH },
		{ false, JOURNAL_RUNNING, HAND_KEEP },
	};

	for (size_t i = 0; i < sizeof(want) / sizeof(*want); i++) {
		struct journal j = { .source = want[i].source, .state = want[i].state };

		CHECK(hand_step(hand_of_journal(&j), HAND_EV_DEAD).outcome == want[i].outcome);
	}
}

/* GRANT leaves in one place, behind the journal; RESUMED and RUNS only from an owner. */
static void who_may_say_what(void)
{
	for (enum hand_state s = 0; s < HAND_OVER; s++)
		for (enum hand_event ev = 0; ev < HAND_NR_EVENTS; ev++) {
			struct hand_step st = hand_step(s, ev);

			if (st.frame == HAND_EV_GRANT)
				CHECK(s == HAND_S_ASKED && st.journal == JOURNAL_GRANTED);
			if (st.frame == HAND_EV_RESUMED || st.frame == HAND_EV_RUNS)
				CHECK(st.next == HAND_D_GRANTED || st.next == HAND_D_RUNNING);
			if (st.frame == HAND_EV_NOT_HERE)
				CHECK(s < HAND_D_GRANTED);
		}
}

static void over_is_over(void)
{
	for (enum hand_event ev = 0; ev < HAND_NR_EVENTS; ev++)
		CHECK(hand_step(HAND_OVER, ev).outcome == HAND_REFUSE);
}

static void names(void)
{
	CHECK_STR(hand_state_name(HAND_S_GRANTED), "S_GRANTED");
	CHECK_STR(hand_event_name(HAND_EV_GRANT), "GRANT");
	CHECK_STR(hand_event_name(HAND_NR_EVENTS), "?");
}

int main(void)
{
	TEST(every_pair_is_answered_once);
	TEST(a_side_stays_a_side);
	TEST(the_journal_comes_first_and_goes_last);
	TEST(what_a_dead_process_left_is_taken_up);
	TEST(who_may_say_what);
	TEST(over_is_over);
	TEST(names);
	return tap_failed;
}
