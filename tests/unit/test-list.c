// SPDX-License-Identifier: GPL-2.0-or-later
/* vzlist: fields, text, JSON. */
#include <errno.h>
#include <stdlib.h>
#include "libvz/conf.h"
#include "libvz/ub.h"
#include "libvz/value.h"
#include "tests/unit/tap.h"
#include "vzctl/list_field.h"
#include "vzctl/list_load.h"

static struct vz_conf conf = { .id = 101 };
static struct list_ve ve = { .id = 101, .c = &conf };

static int field(const char *name)
{
	struct list_col col;

	CHECK(!list_column(name, &col));
	return col.field;
}

static void columns_by_name(void)
{
	struct list_col col;
	char buf[64];

	CHECK(!list_column("numproc.m", &col) && col.suffix == 'm');
	CHECK_STR(list_header(&col, buf), "NPROC.M");
	CHECK(!list_column("ctid", &col) && !col.suffix && list_width(col.field) == 10);
	CHECK(list_column("ctid.m", &col) == -ENOENT);
	CHECK(list_column("numproc.x", &col) == -ENOENT);
	CHECK(list_column("numproc.mm", &col) == -ENOENT);
	CHECK(list_column("nothing", &col) == -ENOENT);
	CHECK(list_column("", &col) == -ENOENT);
}

static void strings_are_escaped(void)
{
	json_t *j;
	char *text;

	conf.description = "a\"b\\c\nd\x01 \xc3\xa4";
	j = list_json(&ve, field("description"));
	text = json_dumps(j, JSON_ENCODE_ANY);
	CHECK_STR(text, "\"a\\\"b\\\\c\\nd\\u0001 \xc3\xa4\"");
	free(text);
	json_decref(j);
	/* What is no UTF-8 cannot be said in JSON as it is. */
	conf.description = "a\xff\xfe";
	j = list_json(&ve, field("description"));
	CHECK_STR(json_string_value(j), "a\\377\\376");
	json_decref(j);
	conf.description = NULL;
}

/* A configuration may come from elsewhere, and a terminal does what it is told. */
static void cells_are_plain(void)
{
	struct list_col col;
	char *text;

	conf.description = "\033[2J\xc2\x9b\xff \xc3\xa4";
	CHECK(!list_column("description", &col));
	text = list_cell(&ve, &col);
	CHECK_STR(text, "\\033[2J\\302\\233\\377 \xc3\xa4");
	free(text);
	conf.description = NULL;
}

static void counters_as_json(void)
{
	json_t *j;

	j = list_json(&ve, field("numproc"));
	CHECK(json_is_null(j));
	ve.ub[UB_NUMPROC] = (struct vz_ub_row){ .known = true, .held = 5, .barrier = 10,
					     .limit = VZ_UNLIMITED };
	j = list_json(&ve, field("numproc"));
	CHECK(json_integer_value(json_object_get(j, "held")) == 0);
	CHECK(json_integer_value(json_object_get(j, "limit")) == VZ_UNLIMITED);
	json_decref(j);
	ve.ub[UB_NUMPROC].live = true;
	j = list_json(&ve, field("numproc"));
	CHECK(json_integer_value(json_object_get(j, "held")) == 5);
	json_decref(j);
}

static void cells(void)
{
	struct list_col col;
	char *t;

	CHECK(!list_column("numproc.l", &col));
	t = list_cell(&ve, &col);
	CHECK_STR(t, "9223372036854775807");
	free(t);
	CHECK(!list_column("numfile", &col));
	t = list_cell(&ve, &col);
	CHECK_STR(t, "-");
	free(t);
	ve.status = ST_RUNNING;
	ve.uptime = 90061;
	CHECK(!list_column("uptime", &col));
	t = list_cell(&ve, &col);
	CHECK_STR(t, "001d01h:01m:01s");
	free(t);
}

static void order_is_three_way(void)
{
	struct list_ve other = ve;
	struct list_col col;

	other.id = 102;
	other.ub[UB_NUMPROC].held = 4;
	CHECK(!list_column("numproc", &col));
	CHECK(list_compare(&ve, &other, &col) > 0 && list_compare(&other, &ve, &col) < 0);
	CHECK(list_compare(&ve, &ve, &col) == 0);
	/* Equal values: by id. */
	other.ub[UB_NUMPROC].held = 5;
	CHECK(list_compare(&ve, &other, &col) < 0);
}

int main(void)
{
	TEST(columns_by_name);
	TEST(strings_are_escaped);
	TEST(cells_are_plain);
	TEST(counters_as_json);
	TEST(cells);
	TEST(order_is_three_way);
	return tap_failed;
}
