// SPDX-License-Identifier: GPL-2.0-or-later
/* Programs for the packet machine: jumps, labels, and the filter of a device's addresses. */
#include <errno.h>
#include "libvz/bpf.h"
#include "libvz/ip.h"
#include "libvz/veth_filter.h"
#include "libvz/veth_rate.h"
#include "tests/unit/tap.h"

static void jumps(void)
{
	struct vz_bpf p = { 0 };
	int far = vz_bpf_label(&p), near = vz_bpf_label(&p);

	vz_bpf_jump_if(&p, BPF_JEQ, BPF_REG_0, 1, far);
	vz_bpf_jump(&p, near);
	vz_bpf_const(&p, BPF_REG_0, 0x123456789abcdef0);
	vz_bpf_place(&p, near);
	vz_bpf_return(&p, 0);
	vz_bpf_place(&p, far);
	vz_bpf_return(&p, 1);
	CHECK(!vz_bpf_finish(&p));
	CHECK(p.n == 8 && p.code[0].off == 5 && p.code[1].off == 2);
	CHECK((uint32_t)p.code[2].imm == 0x9abcdef0 && p.code[3].imm == 0x12345678);
	vz_bpf_free(&p);

	near = vz_bpf_label(&p);
	vz_bpf_jump(&p, near);
	CHECK(vz_bpf_finish(&p) == -EINVAL);
	vz_bpf_free(&p);
}

/* A jump goes forward, into the program, and each instruction but the first is led to. */
static void check_flow(const struct vz_bpf *p)
{
	bool reached[4096] = { true };

	CHECK(p->n < 4096);
	for (size_t i = 0; i < p->n; i++) {
		const struct bpf_insn *in = &p->code[i];
		int class = BPF_CLASS(in->code), op = BPF_OP(in->code);
		bool jump = (class == BPF_JMP || class == BPF_JMP32) && op != BPF_EXIT;

		CHECK(reached[i]);
		CHECK(!jump || (in->off >= 0 && i + 1 + in->off < p->n));
		if (jump)
			reached[i + 1 + in->off] = true;
		if (op == BPF_EXIT && class == BPF_JMP)
			continue;
		if (!(class == BPF_JMP && op == BPF_JA))
			reached[i + 1] = true;
	}
}

static void filters(void)
{
	static const char *const lists[] = { "10.0.0.1", "fd00::1", "10.0.0.0/8 fd00::/64",
					     "10.0.0.1 10.0.0.2 fd00::1 fd00::2/127" };
	static const unsigned char mac[6] = { 2, 0xfe, 0xff, 0x80, 0xff, 0xff };

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		cleanup_ips struct vz_ips ips = { 0 };
		cleanup_bpf struct vz_bpf p = { 0 };

		CHECK(!vz_ips_parse(&ips, lists[i]));
		CHECK(!vz_veth_filter_write(&p, mac, &ips));
		check_flow(&p);
	}
}

/* What it does to frames is shown on a node: tests/vm/veth.sh. */
static void rates(void)
{
	static const unsigned int kbit[] = { 1, 1600, 100000000 };

	for (size_t i = 0; i < sizeof(kbit) / sizeof(kbit[0]); i++) {
		cleanup_bpf struct vz_bpf p = { 0 };

		CHECK(!vz_veth_rate_write(&p, kbit[i], 3));
		check_flow(&p);
	}
}

static void too_many(void)
{
	static const unsigned char mac[6] = { 2 };
	cleanup_ips struct vz_ips ips = { 0 };
	cleanup_bpf struct vz_bpf p = { 0 }, q = { 0 };
	struct vz_ip ip = { .family = AF_INET6, .len = 128, .v6.s6_addr = { 0xfd } };

	for (int i = 0; i < 64; i++) {
		ip.v6.s6_addr[15] = i;
		CHECK(!vz_ips_add(&ips, &ip));
	}
	CHECK(!vz_veth_filter_write(&p, mac, &ips));
	check_flow(&p);
	ip.v6.s6_addr[15] = 64;
	CHECK(!vz_ips_add(&ips, &ip));
	CHECK(vz_veth_filter_write(&q, mac, &ips) == -E2BIG);
}

int main(void)
{
	TEST(jumps);
	TEST(filters);
	TEST(rates);
	TEST(too_many);
	return tap_failed;
}
