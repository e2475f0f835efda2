// SPDX-License-Identifier: MIT
/*
 * oracle: run one network in several runtimes and compare them. The peers are
 * modules; the first one is the reference. Started by scripts/oracle and by
 * bench/run, for which it prints lines of words; a number in microseconds or
 * KiB each:
 *
 *	compare	NETWORK INPUT PEER THREADS OUTPUT MAX-ABS MAX-SCALED ok|DIFFERS
 *	time	NETWORK PEER THREADS MEDIAN MINIMUM RUNS
 *	once	NETWORK PEER THREADS LOAD IMPORT-AND-PREPARE FIRST-RUN PEAK-KIB
 *	list	NETWORK
 */
#include "oracle.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TURNS 9
#define RTOL 1e-3

struct command {
	const char *name;
	int (*run)(const struct options *options);
};

static const struct command commands[] = {
	{ "compare", command_compare },
	{ "time", command_time },
	{ "once", command_once },
};

static void usage(FILE *out)
{
	fputs("Usage: oracle list\n"
	      "       oracle compare|time|once NETWORK --peer MODULE...\n"
	      "  NETWORK           a name of the list, or an ONNX file\n"
	      "  --models DIR      where the networks of the list are\n"
	      "  --shape X=1,2,3   of the input of an ONNX file\n"
	      "  --peer MODULE     what runs it; the first is the reference\n"
	      "  --threads N       may be given several times; 1\n"
	      "  --turns N         of each peer, for time; 9\n"
	      "  --rtol R          for compare; 1e-3 of the largest value\n",
	      out);
}

static int list(void)
{
	const struct network *network;

	for (size_t i = 0; (network = network_number(i)); i++)
		puts(network->name);
	return 0;
}

static void choose(struct options *options, const char *name,
		   const char *models, const char *shape)
{
	const struct network *network;

	for (size_t i = 0; (network = network_number(i)); i++) {
		if (strcmp(network->name, name))
			continue;
		options->network = *network;
		snprintf(options->path, sizeof(options->path), "%s/%s", models,
			 network->file);
		return;
	}
	options->network.name = name;
	options->network.shape = shape;
	snprintf(options->path, sizeof(options->path), "%s", name);
}

static bool add_thread(struct options *options, const char *text)
{
	int threads = atoi(text);

	if (threads < 1 || threads > 64 ||
	    options->thread_count == ORACLE_THREADS_MAX)
		return false;
	options->threads[options->thread_count++] = (unsigned int)threads;
	return true;
}

static bool take_option(struct options *options, int option, const char *value)
{
	if (option == 'p') {
		if (options->module_count == ORACLE_PEERS_MAX)
			return false;
		options->modules[options->module_count++] = value;
		return true;
	}
	if (option == 'j')
		return add_thread(options, value);
	if (option == 'n') {
		options->turns = (unsigned int)atoi(value);
		return options->turns >= 1 && options->turns <= 10000;
	}
	options->rtol = atof(value);
	return option == 'r' && options->rtol > 0;
}

static bool parse(struct options *options, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "models", required_argument, NULL, 'm' },
		{ "shape", required_argument, NULL, 's' },
		{ "peer", required_argument, NULL, 'p' },
		{ "threads", required_argument, NULL, 'j' },
		{ "turns", required_argument, NULL, 'n' },
		{ "rtol", required_argument, NULL, 'r' },
		{ NULL, 0, NULL, 0 },
	};
	const char *models = ".", *shape = NULL;
	int option;

	while ((option = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (option == 'm')
			models = optarg;
		else if (option == 's')
			shape = optarg;
		else if (!take_option(options, option, optarg))
			return false;
	}
	if (argc - optind != 2 || !options->module_count)
		return false;
	if (!options->thread_count)
		add_thread(options, "1");
	choose(options, argv[optind + 1], models, shape);
	return true;
}

int main(int argc, char **argv)
{
	struct options options = { .turns = TURNS, .rtol = RTOL };

	if (argc == 2 && !strcmp(argv[1], "--help")) {
		usage(stdout);
		return 0;
	}
	if (argc == 2 && !strcmp(argv[1], "list"))
		return list();
	if (!parse(&options, argc, argv)) {
		usage(stderr);
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (!strcmp(argv[optind], commands[i].name))
			return commands[i].run(&options);
	}
	usage(stderr);
	return 2;
}
