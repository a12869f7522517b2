#define _GNU_SOURCE
/* Makes a filter by libseccomp of lines that say what is in it, and writes its program to standard output. */
#include <errno.h>
#include <inttypes.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t action(const char *word, unsigned data)
{
	if (!strcmp(word, "allow")) return SCMP_ACT_ALLOW;
	if (!strcmp(word, "log")) return SCMP_ACT_LOG;
	if (!strcmp(word, "trap")) return SCMP_ACT_TRAP;
	if (!strcmp(word, "kill")) return SCMP_ACT_KILL_THREAD;
	if (!strcmp(word, "kill_process")) return SCMP_ACT_KILL_PROCESS;
	if (!strcmp(word, "errno")) return SCMP_ACT_ERRNO(data);
	if (!strcmp(word, "trace")) return SCMP_ACT_TRACE(data);
	fprintf(stderr, "no action: %s\n", word);
	exit(2);
}

static enum scmp_compare comparison(const char *word)
{
	if (!strcmp(word, "==")) return SCMP_CMP_EQ;
	if (!strcmp(word, "!=")) return SCMP_CMP_NE;
	if (!strcmp(word, "<")) return SCMP_CMP_LT;
	if (!strcmp(word, "<=")) return SCMP_CMP_LE;
	if (!strcmp(word, ">")) return SCMP_CMP_GT;
	if (!strcmp(word, ">=")) return SCMP_CMP_GE;
	return SCMP_CMP_MASKED_EQ;
}

int main(void)
{
	char line[4096], word[64], name[64], op[16];
	unsigned data;
	scmp_filter_ctx context = NULL;
	while (fgets(line, sizeof line, stdin)) {
		int at = 0, more = 0;
		if (sscanf(line, "otherwise %63s %u", word, &data) == 2) {
			context = seccomp_init(action(word, data));
			seccomp_attr_set(context, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
			continue;
		}
		if (sscanf(line, "abi %63s", word) == 1) {
			uint32_t arch = seccomp_arch_resolve_name(word);
			int result = seccomp_arch_add(context, arch);
			if (arch == 0 || (result < 0 && result != -EEXIST)) return 2;
			continue;
		}
		if (sscanf(line, "without %63s", word) == 1) {
			if (seccomp_arch_remove(context, seccomp_arch_resolve_name(word)) < 0) return 2;
			continue;
		}
		if (sscanf(line, "rule %63s %u %63s%n", word, &data, name, &at) < 3) return 2;
		struct scmp_arg_cmp tests[6];
		unsigned count = 0, index;
		uint64_t value, mask;
		while (count < 6 && sscanf(line + at, " %u %15s %" SCNx64 " %" SCNx64 "%n", &index, op, &value, &mask, &more) == 4) {
			enum scmp_compare how = comparison(op);
			tests[count++] = how == SCMP_CMP_MASKED_EQ
				? SCMP_CMP(index, how, mask, value)
				: SCMP_CMP(index, how, value);
			at += more;
		}
		int call = seccomp_syscall_resolve_name(name);
		if (call == __NR_SCMP_ERROR) { fprintf(stderr, "unknown %s\n", name); continue; }
		int result = seccomp_rule_add_array(context, action(word, data), call, count, tests);
		if (result < 0) fprintf(stderr, "refused %s %s\n", strerrorname_np(-result), name);
	}
	return seccomp_export_bpf(context, 1) < 0 ? 2 : 0;
}
