// SPDX-License-Identifier: MIT
/* embed NAME IN OUT: a file as an array of C. Runs while Axle is built. */
#include <stdio.h>

static int embed(const char *name, FILE *in, FILE *out)
{
	unsigned long size = 0;
	int c;

	fprintf(out, "#include \"page.h\"\n\nconst unsigned char %s[] = {",
		name);
	while ((c = getc(in)) != EOF)
		fprintf(out, "%s0x%02x,", size++ % 16 ? " " : "\n\t", c);
	fprintf(out, "\n};\nconst size_t %s_size = %lu;\n", name, size);
	return ferror(in) || ferror(out);
}

int main(int argc, char **argv)
{
	FILE *in, *out;

	if (argc != 4)
		return 2;
	in = fopen(argv[2], "rb");
	out = fopen(argv[3], "w");
	if (!in || !out || embed(argv[1], in, out) || fclose(out)) {
		perror("embed");
		return 1;
	}
	fclose(in);
	return 0;
}
