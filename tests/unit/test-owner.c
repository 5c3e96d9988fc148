// SPDX-License-Identifier: GPL-2.0-or-later
/* Who may run a VE: each state of a migration's journal, on both hosts, against each claim. */
#include <errno.h>
#include <stdio.h>
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/journal.h"
#include "libvz/owner.h"
#include "tests/unit/tap.h"

static int decide(const struct journal *j, bool disabled, enum ve_state state, enum vz_claim claim)
{
	const struct vz_conf c = { .id = 101, .disabled = disabled };
	struct vz_err e = { 0 };
	int ret = vz_owner_decide(&c, j, state, claim, &e);

	vz_error_free(&e);
	return ret;
}

static struct journal at(bool source, enum journal_state state)
{
	return (struct journal){ .id = 101, .source = source, .state = state, .peer = "peer" };
}

static void without_a_journal(void)
{
	CHECK(decide(NULL, false, VE_STOPPED, VZ_CLAIM_START) == 0);
	CHECK(decide(NULL, true, VE_STOPPED, VZ_CLAIM_START) == -EPERM);
	CHECK(decide(NULL, true, VE_STOPPED, VZ_CLAIM_FORCE) == 0);
	CHECK(decide(NULL, true, VE_STOPPED, VZ_CLAIM_ENABLE) == 0);
	CHECK(decide(NULL, true, VE_RUNNING, VZ_CLAIM_RESUME) == 0);
	CHECK(decide(NULL, true, VE_STOPPED, VZ_CLAIM_DESTROY) == 0);
}

/* Neither --force nor an edited configuration makes it run on two hosts. */
static void what_was_given_away_is_not_ours(void)
{
	struct journal j = at(true, JOURNAL_GRANTED);

	for (int disabled = 0; disabled < 2; disabled++)
		for (int claim = VZ_CLAIM_START; claim <= VZ_CLAIM_DESTROY; claim++)
			CHECK(decide(&j, disabled, VE_STOPPED, claim) == -EPERM);
}

static void before_it_is_given_it_is_ours(void)
{
	for (int state = JOURNAL_COPYING; state <= JOURNAL_FROZEN; state++) {
		struct journal j = at(true, state);

		CHECK(decide(&j, false, VE_STOPPED, VZ_CLAIM_START) == 0);
		CHECK(decide(&j, false, VE_RUNNING, VZ_CLAIM_RESUME) == 0);
		CHECK(decide(&j, true, VE_STOPPED, VZ_CLAIM_START) == -EPERM);
		CHECK(decide(&j, false, VE_STOPPED, VZ_CLAIM_DESTROY) == -EBUSY);
	}
}

static void what_has_not_come_is_not_ours(void)
{
	for (int state = JOURNAL_INCOMING; state <= JOURNAL_PLACED; state++) {
		struct journal j = at(false, state);

		for (int claim = VZ_CLAIM_START; claim <= VZ_CLAIM_DESTROY; claim++)
			CHECK(decide(&j, false, VE_STOPPED, claim) == -EPERM);
	}
}

static void what_has_come_is_ours(void)
{
	struct journal j = at(false, JOURNAL_GRANTED);

	CHECK(decide(&j, false, VE_STOPPED, VZ_CLAIM_START) == 0);
	CHECK(decide(&j, false, VE_RUNNING, VZ_CLAIM_RESUME) == 0);
	CHECK(decide(&j, false, VE_STOPPED, VZ_CLAIM_DESTROY) == -EBUSY);
	/* A start would throw away the memory that the source still has. */
	CHECK(decide(&j, false, VE_RESTORING, VZ_CLAIM_FORCE) == -EPERM);
	j.state = JOURNAL_RUNNING;
	CHECK(decide(&j, false, VE_STOPPED, VZ_CLAIM_START) == 0);
}

int main(void)
{
	TEST(without_a_journal);
	TEST(what_was_given_away_is_not_ours);
	TEST(before_it_is_given_it_is_ours);
	TEST(what_has_not_come_is_not_ours);
	TEST(what_has_come_is_ours);
	return tap_failed;
}
