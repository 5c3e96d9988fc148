/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef OPENVE_TESTS_UNIT_COPY_PAIR_H
#define OPENVE_TESTS_UNIT_COPY_PAIR_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include "vzmigrate/copy_recv.h"
#include "vzmigrate/copy_send.h"
#include "vzmigrate/frame.h"

/*
 * Two local folders, "src" and "dst", that the copy engine of vzmigrate makes equal over a
 * socketpair: the sender runs in the test, the receiver in a child. Needs root (owners, device
 * nodes). What compares them uses no code of the engine.
 */

extern int bad;				/* checks that failed */
extern struct copy_sender sender;	/* between start() and stop() */
extern struct wire out;			/* the sender's end */
extern int store;			/* the receiver's pages, or -1; set before start() */
extern uint32_t nstore;

#define CHECK(x) do { \
	if (!(x)) { \
		bad++; \
		printf("not ok %s:%d: %s (%s)\n", __func__, __LINE__, #x, strerror(errno)); \
	} \
} while (0)

/* A path of "src", "dst", "stage" or "trash"; eight can be held at once. */
char *at(const char *side, const char *name);
/* Writes a file of this text. */
void put(const char *path, const char *text);
int count_names(const char *path);
/* How many files below differ, each of which is told. "" is the whole. */
int compare_tree(const char *name);

/* A receiver and the sender. */
void start(void);
/* One pass: 0, or what the sender says. */
int pass(bool verify, bool final);
/* Ends both: 0, or the status of the receiver, which is 1 when it gave up. */
int stop(void);

/* The folders, and a tree with every kind of file in "src". */
void copy_pair_begin(void);
/* Removes them: how many files were removed. */
uint64_t copy_pair_end(void);

#endif
