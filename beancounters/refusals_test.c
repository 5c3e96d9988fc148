// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the record of refusals: order and wrap-around, slots that are
 * busy or newer, whose process numbers are shown, names that try to forge.
 * Each test owns its record; nothing here runs concurrently.
 */
#include <kunit/test.h>
#include <linux/pid_namespace.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include "refusals.h"

#define TEXT_SIZE	16384

static struct ub_refusals *log_new(struct kunit *test)
{
	struct ub_refusals *log = kunit_kzalloc(test, sizeof(*log), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, log);
	return log;
}

static void log_add(struct ub_refusals *log, unsigned long wanted, const char *comm)
{
	struct ub_refusal r = {
		.when = 1000 + wanted, .wanted = wanted, .held = 5, .bound = 6,
		.pid = 300, .vpid = 7, .pid_ns = 42, .res = UB_NUMFILE,
	};

	strscpy(r.comm, comm);
	ub_refusals_add(log, &r);
}

static const char *log_text(struct kunit *test, struct ub_refusals *log,
			    const struct pid_namespace *reader)
{
	struct seq_file m = { .size = TEXT_SIZE };

	m.buf = kunit_kzalloc(test, m.size, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, m.buf);
	ub_refusals_show(&m, log, reader);
	KUNIT_ASSERT_LT(test, m.count, m.size);
	m.buf[m.count] = '\0';
	return m.buf;
}

static void refusals_empty(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test, log_text(test, log_new(test), &init_pid_ns), "");
}

static void refusals_line(struct kunit *test)
{
	struct ub_refusals *log = log_new(test);
	struct ub_refusal soft = {
		.when = 9, .wanted = 4096, .held = 8192, .bound = 10000,
		.res = UB_KMEMSIZE, .soft = true,
	};

	log_add(log, 1, "make");
	ub_refusals_add(log, &soft);
	KUNIT_EXPECT_STREQ(test, log_text(test, log, &init_pid_ns),
			   "1 1001 numfile hard 1 5 6 300 make\n"
			   "2 9 kmemsize soft 4096 8192 10000 0 -\n");
}

/* The last 64 stay, oldest first, however many there were. */
static void refusals_wrap(struct kunit *test)
{
	struct ub_refusals *log = log_new(test);
	unsigned long n, want = 137;
	char line[80], *at;

	for (n = 1; n < want + UB_NR_REFUSALS; n++)
		log_add(log, n, "x");
	at = (char *)log_text(test, log, &init_pid_ns);
	for (n = 0; n < UB_NR_REFUSALS; n++) {
		scnprintf(line, sizeof(line), "%lu %lu numfile hard %lu 5 6 300 x\n",
			  want + n, 1000 + want + n, want + n);
		KUNIT_ASSERT_TRUE_MSG(test, str_has_prefix(at, line), "%s", line);
		at += strlen(line);
	}
	KUNIT_EXPECT_EQ(test, *at, '\0');
}

/* Who finds its slot busy, or a later one there, gives way. */
static void refusals_busy(struct kunit *test)
{
	struct ub_refusals *log = log_new(test);
	struct ub_refusal *slot = &log->slots[1];

	log_add(log, 1, "a");
	atomic64_set(&slot->state, 2 * 2 + 1);
	atomic64_set(&log->count, 2 + UB_NR_REFUSALS - 1);
	log_add(log, 2, "b");
	KUNIT_EXPECT_EQ(test, slot->wanted, 0);
	KUNIT_EXPECT_EQ(test, atomic64_read(&slot->state), 5);
	/* The interrupted writer ends: its refusal is out of the window. */
	atomic64_set(&slot->state, 2 * 2);
	KUNIT_EXPECT_STREQ(test, log_text(test, log, &init_pid_ns), "");

	atomic64_set(&slot->state, 2 * (2 + 2 * UB_NR_REFUSALS));
	atomic64_set(&log->count, 2 + UB_NR_REFUSALS - 1);
	log_add(log, 3, "c");
	KUNIT_EXPECT_EQ(test, slot->wanted, 0);
	KUNIT_EXPECT_EQ(test, atomic64_read(&slot->state), 2 * (2 + 2 * UB_NR_REFUSALS));
	log_add(log, 4, "d");
	KUNIT_EXPECT_STREQ(test, log_text(test, log, &init_pid_ns),
			   "67 1004 numfile hard 4 5 6 300 d\n");
}

static void refusals_pid(struct kunit *test)
{
	struct pid_namespace *ns = kunit_kzalloc(test, sizeof(*ns), GFP_KERNEL);
	struct ub_refusals *log = log_new(test);

	KUNIT_ASSERT_NOT_NULL(test, ns);
	log_add(log, 1, "x");
	ns->ns.inum = 42;
	KUNIT_EXPECT_STREQ(test, log_text(test, log, ns),
			   "1 1001 numfile hard 1 5 6 7 x\n");
	ns->ns.inum = 43;
	KUNIT_EXPECT_STREQ(test, log_text(test, log, ns),
			   "1 1001 numfile hard 1 5 6 0 x\n");
}

/* No name can end its column or its line, or look like another's escape. */
static void refusals_names(struct kunit *test)
{
	static const struct {
		const char *comm, *shown;
	} names[] = {
		{ "systemd-journal", "systemd-journal" },
		{ "kworker/0:1", "kworker/0:1" },
		{ "two words", "two\\040words" },
		{ "a\n9 9 numfile", "a\\0129\\0409\\040numfile" },
		{ "\\040", "\\134040" },
		{ "\t\r\x1b[31m", "\\011\\015\\033[31m" },
		{ "gr\xc3\xbc\xc3\x9f", "gr\\303\\274\\303\\237" },
		{ "\x7f\xff", "\\177\\377" },
		{ "", "-" },
	};
	char want[128];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		struct ub_refusals *log = log_new(test);

		log_add(log, 1, names[i].comm);
		scnprintf(want, sizeof(want), "1 1001 numfile hard 1 5 6 300 %s\n",
			  names[i].shown);
		KUNIT_EXPECT_STREQ(test, log_text(test, log, &init_pid_ns), want);
	}
}

/* In task context the caller is named. */
static void refusals_current(struct kunit *test)
{
	struct ub_refusal r;

	ub_refusal_from(&r);
	KUNIT_EXPECT_EQ(test, r.pid, task_tgid_nr(current));
	KUNIT_EXPECT_EQ(test, r.vpid, task_tgid_nr(current));
	KUNIT_EXPECT_EQ(test, r.pid_ns, init_pid_ns.ns.inum);
	KUNIT_EXPECT_STREQ(test, r.comm, current->comm);
	KUNIT_EXPECT_GT(test, r.when, 0ULL);
}

static struct kunit_case refusals_cases[] = {
	KUNIT_CASE(refusals_empty),
	KUNIT_CASE(refusals_line),
	KUNIT_CASE(refusals_wrap),
	KUNIT_CASE(refusals_busy),
	KUNIT_CASE(refusals_pid),
	KUNIT_CASE(refusals_names),
	KUNIT_CASE(refusals_current),
	{ }
};

static struct kunit_suite refusals_suite = {
	.name = "vz-refusals",
	.test_cases = refusals_cases,
};
kunit_test_suite(refusals_suite);
