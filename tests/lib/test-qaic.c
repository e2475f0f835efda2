// SPDX-License-Identifier: MIT
/*
 * The provider of the driver qaic on a made-up card: what a real one cannot be
 * made to do in a test, and which calls it makes.
 */
#include "dut.h"
#include "fake-qaic.h"
#include "program.h"
#include "tree.h"

#include <aic100_nnc.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define COUNT 1000u
#define PLACE 4096u

/* A made-up tree as the device under test. */
struct card {
	struct tree tree;
	struct dut dut;
};

static bool card_open(struct card *card)
{
	struct fake_qaic *fake = fake_qaic();

	fake_qaic_reset();
	fake->offline = fake->nonsense = false;
	fake->taken = fake->stall = 0;
	fake->full = fake->full_after = fake->silent = 0;
	fake->load_status = 0;
	fake->loads = fake->unloads = fake->activates = 0;
	fake->deactivates = fake->attaches = fake->executes = 0;
	fake->breaches = 0;
	memset(card, 0, sizeof(*card));
	if (!tree_open(&card->tree, "mainline"))
		return false;
	card->dut.system = card->tree.system;
	return TAP_EQUAL(axl_device_open(card->tree.system, "qaic0",
					 &card->dut.device),
			 0) &&
	       TAP_EQUAL(axl_context_create(card->dut.device,
					    &card->dut.context),
			 0) &&
	       TAP_EQUAL(axl_queue_create(card->dut.context, NULL,
					  &card->dut.queue),
			 0);
}

static void card_close(struct card *card)
{
	struct fake_qaic *fake = fake_qaic();

	axl_queue_destroy(card->dut.queue);
	axl_context_destroy(card->dut.context);
	axl_device_close(card->dut.device);
	tree_close(&card->tree);
	TAP_EQUAL(fake->breaches, 0);
	TAP_EQUAL(fake->activates, fake->deactivates);
}

/* x0, x1 and y, in three buffers or in one. */
struct sum {
	struct axl_program *program;
	struct axl_bo *bos[3];
	float *at[3];
	struct axl_binding bindings[4];
	struct axl_job job;
};

static void sum_bind(struct sum *sum)
{
	for (uint32_t i = 0; i < 3; i++)
		sum->bindings[i].size = PLACE;
	sum->bindings[1].index = 1;
	sum->bindings[2].kind = AXL_BINDING_OUTPUT;
	sum->job = (struct axl_job){ .kind = AXL_JOB_EXEC,
				     .program = sum->program,
				     .bindings = sum->bindings,
				     .binding_count = 3 };
}

static bool sum_open(struct card *card, struct sum *sum)
{
	memset(sum, 0, sizeof(*sum));
	sum->program = dut_program_add(&card->dut, COUNT, 1);
	for (uint32_t i = 0; i < 3; i++) {
		sum->bos[i] = dut_bo(&card->dut, PLACE, &sum->at[i]);
		sum->bindings[i].place.bo = sum->bos[i];
	}
	sum_bind(sum);
	return sum->program && sum->bos[2];
}

static void sum_close(struct sum *sum)
{
	axl_program_destroy(sum->program);
	for (uint32_t i = 0; i < 3; i++)
		axl_bo_destroy(sum->bos[i]);
}

static bool sum_runs(struct card *card, struct sum *sum, float number)
{
	sum->at[0][COUNT - 1] = number;
	sum->at[1][COUNT - 1] = 1;
	if (!TAP_EQUAL(dut_run(card->dut.queue, &sum->job), 0)) {
		tap_note("%s", axl_error_detail(card->dut.queue));
		return false;
	}
	return TAP_CHECK(sum->at[2][COUNT - 1] == number + 1);
}

static void buffers_are_sliced_once(void)
{
	struct card card;
	struct sum sum;

	TAP_REQUIRE(card_open(&card) && sum_open(&card, &sum));
	for (int i = 0; i < 50; i++)
		sum_runs(&card, &sum, (float)i);
	TAP_EQUAL(fake_qaic()->attaches, 3);
	TAP_EQUAL(fake_qaic()->activates, 1);
	TAP_EQUAL(fake_qaic()->executes, 50);
	sum_close(&sum);
	card_close(&card);
	TAP_EQUAL(fake_qaic()->loads, 1);
	TAP_EQUAL(fake_qaic()->unloads, 1);
}

static void one_buffer_can_have_all_ports(void)
{
	uint8_t *memory;
	struct card card;
	struct sum sum;

	TAP_REQUIRE(card_open(&card) && sum_open(&card, &sum));
	for (int i = 0; i < 3; i++)
		axl_bo_destroy(sum.bos[i]);
	sum.bos[1] = sum.bos[2] = NULL;
	sum.bos[0] = dut_bo(&card.dut, 3 * PLACE, &memory);
	for (uint32_t i = 0; i < 3; i++) {
		sum.bindings[i].place =
			(struct axl_place){ sum.bos[0], i * PLACE };
		sum.at[i] = (float *)(memory + i * PLACE);
	}
	for (int i = 0; i < 20; i++)
		sum_runs(&card, &sum, (float)i);
	/* One as it is, two by way of others. */
	TAP_EQUAL(fake_qaic()->attaches, 3);
	TAP_CHECK(sum.at[2][COUNT] == 0);
	sum_close(&sum);
	card_close(&card);
}

static void memory_of_the_program_is_copied(void)
{
	float *memory = aligned_alloc(64, 3 * PLACE);
	struct card card;
	struct sum sum;

	TAP_REQUIRE(card_open(&card) && sum_open(&card, &sum) && memory);
	memset(memory, 0, 3 * PLACE);
	for (uint32_t i = 0; i < 3; i++) {
		axl_bo_destroy(sum.bos[i]);
		sum.at[i] = memory + i * PLACE / 4;
		TAP_REQUIRE(axl_bo_from_user(card.dut.context, sum.at[i], PLACE,
					     0, &sum.bos[i]) == 0);
		sum.bindings[i].place.bo = sum.bos[i];
	}
	for (int i = 0; i < 20; i++)
		sum_runs(&card, &sum, (float)i);
	sum_close(&sum);
	card_close(&card);
	free(memory);
}

/* The output of one job is an input of the next. */
static void jobs_that_depend_are_not_mixed(void)
{
	struct axl_binding second[3];
	struct axl_job jobs[2];
	struct card card;
	struct sum sum;
	uint64_t point = 0;

	TAP_REQUIRE(card_open(&card) && sum_open(&card, &sum));
	jobs[0] = jobs[1] = sum.job;
	memcpy(second, sum.bindings, sizeof(second));
	second[0].place.bo = sum.bos[2];
	second[2].place.bo = sum.bos[0];
	jobs[1].bindings = second;
	sum.at[1][3] = 1;
	for (int i = 0; i < 50; i++)
		TAP_EQUAL(axl_queue_submit(card.dut.queue, jobs, 2, &point), 0);
	TAP_EQUAL(axl_queue_wait(card.dut.queue, point, axl_deadline(PATIENCE)),
		  0);
	TAP_CHECK(sum.at[0][3] == 100);
	sum_close(&sum);
	card_close(&card);
}

/* Others of the queue are in it. */
static void a_full_channel_is_waited_for(void)
{
	struct axl_binding second[3];
	struct axl_job jobs[4];
	uint64_t point = 0;
	struct card card;
	struct sum sums[2];

	TAP_REQUIRE(card_open(&card) && sum_open(&card, &sums[0]) &&
		    sum_open(&card, &sums[1]));
	sum_runs(&card, &sums[0], 1);
	memcpy(second, sums[1].bindings, sizeof(second));
	for (int i = 0; i < 4; i++) {
		jobs[i] = sums[0].job;
		if (i % 2)
			jobs[i].bindings = second;
	}
	sums[1].at[0][0] = sums[1].at[1][0] = 2;
	fake_qaic()->full_after = 2;
	fake_qaic()->full = 1;
	TAP_EQUAL(axl_queue_submit(card.dut.queue, jobs, 4, &point), 0);
	TAP_EQUAL(axl_queue_wait(card.dut.queue, point, axl_deadline(PATIENCE)),
		  0);
	TAP_EQUAL(fake_qaic()->full, 0);
	TAP_EQUAL(fake_qaic()->executes, 5);
	TAP_CHECK(sums[1].at[2][0] == 4);
	sum_close(&sums[0]);
	sum_close(&sums[1]);
	card_close(&card);
}

static void a_channel_that_stays_full_fails_the_job(void)
{
	struct card card;
	struct sum sum;

	TAP_REQUIRE(card_open(&card) && sum_open(&card, &sum));
	fake_qaic()->full = UINT32_MAX;
	TAP_EQUAL(dut_run(card.dut.queue, &sum.job), -EIO);
	TAP_CHECK(strstr(axl_error_detail(card.dut.queue), "no room"));
	fake_qaic()->full = 0;
	TAP_EQUAL(axl_queue_reset(card.dut.queue), 0);
	sum_runs(&card, &sum, 6);
	sum_close(&sum);
	card_close(&card);
}

static void a_message_that_finds_no_room_is_sent_again(void)
{
	struct card card;
	struct sum sum;

	TAP_REQUIRE(card_open(&card) && sum_open(&card, &sum));
	fake_qaic()->silent = 20;
	sum_runs(&card, &sum, 7);
	TAP_EQUAL(fake_qaic()->silent, 0);
	TAP_EQUAL(fake_qaic()->activates, 1);
	sum_close(&sum);
	card_close(&card);
}

static void more_programs_than_channels_take_turns(void)
{
	enum {
		PROGRAMS = 40
	};
	struct sum sums[PROGRAMS];
	struct card card;

	TAP_REQUIRE(card_open(&card));
	for (int i = 0; i < PROGRAMS; i++)
		TAP_REQUIRE(sum_open(&card, &sums[i]));
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < PROGRAMS; i++)
			sum_runs(&card, &sums[i], (float)(i + round));
	TAP_EQUAL(fake_qaic()->activates, 2 * PROGRAMS);
	for (int i = 0; i < PROGRAMS; i++)
		sum_close(&sums[i]);
	card_close(&card);
}

static void a_card_that_others_have_says_so(void)
{
	struct axl_event event;
	struct card card;
	struct sum sum;

	TAP_REQUIRE(card_open(&card) && sum_open(&card, &sum));
	fake_qaic()->taken = FAKE_DBCS;
	sum.job.timeout_ms = 60;
	TAP_EQUAL(dut_run(card.dut.queue, &sum.job), -EBUSY);
	TAP_STRING(axl_error_detail(card.dut.queue),
		   "all processors of the card are in use before the job at "
		   "point 1 was done");
	TAP_EQUAL(axl_context_event(card.dut.context, &event, sizeof(event)),
		  0);
	TAP_EQUAL(event.type, AXL_EVENT_FAULT);
	TAP_EQUAL(event.point, 1);
	TAP_EQUAL(axl_queue_submit(card.dut.queue, &sum.job, 1, NULL), -EIO);
	fake_qaic()->taken = FAKE_DBCS - 1;
	TAP_EQUAL(axl_queue_reset(card.dut.queue), 0);
	sum_runs(&card, &sum, 5);
	sum_close(&sum);
	card_close(&card);
}

static void a_late_job_is_killed_and_the_queue_goes_on(void)
{
	struct axl_job jobs[3];
	struct card card;
	struct sum sum;
	uint64_t point;

	TAP_REQUIRE(card_open(&card) && sum_open(&card, &sum));
	sum_runs(&card, &sum, 1);
	fake_qaic()->stall = 1;
	sum.job.timeout_ms = 30;
	for (int i = 0; i < 3; i++)
		jobs[i] = sum.job;
	TAP_EQUAL(axl_queue_submit(card.dut.queue, jobs, 3, &point), 0);
	TAP_EQUAL(axl_queue_wait(card.dut.queue, 2, axl_deadline(PATIENCE)),
		  -ETIMEDOUT);
	TAP_CHECK(strstr(axl_error_detail(card.dut.queue),
			 "point 2 (exec) failed: it took longer"));
	TAP_EQUAL(axl_queue_wait(card.dut.queue, 1, 0), 0);
	TAP_EQUAL(axl_queue_reset(card.dut.queue), 0);
	sum_runs(&card, &sum, 2);
	TAP_EQUAL(axl_queue_wait(card.dut.queue, point, 0), -ETIMEDOUT);
	sum_close(&sum);
	card_close(&card);
}

static void a_reset_does_not_wait_for_what_never_ends(void)
{
	int64_t start = axl_deadline(0);
	struct card card;
	struct sum sum;
	uint64_t point;

	TAP_REQUIRE(card_open(&card) && sum_open(&card, &sum));
	for (int i = 0; i < 20; i++) {
		fake_qaic()->stall = 1;
		point = dut_submit(card.dut.queue, &sum.job);
		TAP_EQUAL(axl_queue_reset(card.dut.queue), 0);
		TAP_EQUAL(axl_queue_wait(card.dut.queue, point, 0), -ECANCELED);
		TAP_CHECK(strstr(axl_error_detail(card.dut.queue),
				 "the queue was reset before"));
		fake_qaic()->stall = 0;
		sum_runs(&card, &sum, (float)i);
	}
	fake_qaic()->stall = 1;
	dut_submit(card.dut.queue, &sum.job);
	sum_close(&sum);
	card_close(&card);
	TAP_CHECK(axl_deadline(0) - start < 25 * SECOND);
}

static void a_reset_of_the_card_fails_jobs_and_no_more(void)
{
	struct card card;
	struct sum sum;

	TAP_REQUIRE(card_open(&card) && sum_open(&card, &sum));
	for (unsigned int i = 1; i <= 3; i++) {
		sum_runs(&card, &sum, (float)i);
		/* So that the number of the program is another's. */
		fake_qaic_reset();
		fake_qaic()->deactivates++;
		TAP_EQUAL(dut_run(card.dut.queue, &sum.job), -ECANCELED);
		TAP_CHECK(strstr(axl_error_detail(card.dut.queue),
				 "the device was reset before the job"));
		TAP_EQUAL(axl_queue_submit(card.dut.queue, &sum.job, 1, NULL),
			  -EIO);
		TAP_EQUAL(axl_queue_reset(card.dut.queue), 0);
		sum_runs(&card, &sum, (float)i);
		/* Loaded anew, by the library's own copy. */
		TAP_EQUAL(fake_qaic()->loads, 1 + i);
	}
	sum_close(&sum);
	card_close(&card);
}

static void a_job_that_finds_the_card_booting_fails(void)
{
	struct axl_program *program;
	struct axl_bo *bo;
	struct card card;
	struct sum sum;
	uint64_t point;
	size_t size;
	void *blob = program_add(COUNT, 1, &size);

	TAP_REQUIRE(card_open(&card) && sum_open(&card, &sum) && blob);
	fake_qaic()->offline = true;
	TAP_EQUAL(axl_bo_create(card.dut.context, PLACE, 0, &bo), -ENODEV);
	TAP_CHECK(strstr(axl_error_detail(card.dut.context), "not up"));
	TAP_EQUAL(axl_program_create(card.dut.context, blob, size, &program),
		  -ENODEV);
	point = dut_submit(card.dut.queue, &sum.job);
	TAP_EQUAL(axl_queue_wait(card.dut.queue, point, axl_deadline(30 * MS)),
		  -ETIME);
	fake_qaic()->offline = false;
	TAP_EQUAL(axl_queue_wait(card.dut.queue, point, INT64_MAX), -ECANCELED);
	TAP_CHECK(strstr(axl_error_detail(card.dut.queue), "device was reset"));
	TAP_EQUAL(axl_queue_reset(card.dut.queue), 0);
	sum_runs(&card, &sum, 9);
	free(blob);
	sum_close(&sum);
	card_close(&card);
}

static void an_idle_queue_gives_its_channel_back(void)
{
	const struct timespec rest = { .tv_nsec = 50 * MS };
	struct card card;
	struct sum sum;

	TAP_REQUIRE(card_open(&card) && sum_open(&card, &sum));
	sum_runs(&card, &sum, 1);
	for (int i = 0; i < 200 && !fake_qaic()->deactivates; i++)
		nanosleep(&rest, NULL);
	TAP_EQUAL(fake_qaic()->deactivates, 1);
	sum_runs(&card, &sum, 2);
	TAP_EQUAL(fake_qaic()->activates, 2);
	TAP_EQUAL(fake_qaic()->loads, 1);
	sum_close(&sum);
	card_close(&card);
}

struct refusal {
	int32_t status;
	int err;
	const char *words;
};

static void a_card_that_refuses_a_program_says_why(void)
{
	static const struct refusal rows[] = {
		{ NNC_ERR_METADATA, -ENOEXEC, "cannot run such a program" },
		{ NNC_ERR_MEMORY, -ENOMEM, "memory is full" },
		{ NNC_ERR_NO_ID, -EBUSY, "no number left" },
		{ NNC_ERR, -EIO, "the card failed" },
		{ 77, -EIO, "the card failed" },
	};
	struct axl_program *program;
	struct card card;
	size_t size;
	void *blob = program_add(COUNT, 1, &size);

	TAP_REQUIRE(card_open(&card) && blob);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		fake_qaic()->load_status = rows[i].status;
		TAP_EQUAL(axl_program_create(card.dut.context, blob, size,
					     &program),
			  rows[i].err);
		TAP_CHECK(strstr(axl_error_detail(card.dut.context),
				 rows[i].words));
	}
	fake_qaic()->nonsense = true;
	TAP_EQUAL(axl_program_create(card.dut.context, blob, size, &program),
		  -EIO);
	free(blob);
	card_close(&card);
}

static void what_the_card_cannot_do_is_refused(void)
{
	const struct axl_queue_config config = { .size = sizeof(config),
						 .mode = AXL_QUEUE_USER };
	struct axl_queue *queue;
	struct axl_bo *bo;
	struct card card;
	struct sum sum;

	TAP_REQUIRE(card_open(&card) && sum_open(&card, &sum));
	TAP_EQUAL(axl_queue_create(card.dut.context, &config, &queue),
		  -EOPNOTSUPP);
	TAP_EQUAL(axl_bo_create(card.dut.context, PLACE, AXL_BO_DEVICE, &bo),
		  -EOPNOTSUPP);
	TAP_CHECK(strstr(axl_error_detail(card.dut.context), "its own"));
	sum.bindings[3] = (struct axl_binding){ .place = { sum.bos[0], 0 },
						.size = 64,
						.kind = AXL_BINDING_SPANS };
	sum.job.binding_count = 4;
	TAP_EQUAL(dut_run(card.dut.queue, &sum.job), -EOPNOTSUPP);
	TAP_CHECK(strstr(axl_error_detail(card.dut.queue), "operations"));
	sum.job.binding_count = 3;
	sum_runs(&card, &sum, 3);
	sum_close(&sum);
	card_close(&card);
}

static void the_card_tells_about_itself(void)
{
	struct axl_identity identity;
	struct axl_engine engines[20];
	struct axl_memory memory;
	struct axl_health health;
	uint32_t count = 20, regions = 1;
	struct card card;

	TAP_REQUIRE(card_open(&card));
	TAP_EQUAL(axl_device_identity(card.dut.device, &identity,
				      sizeof(identity)),
		  0);
	TAP_STRING(identity.firmware_version, "fake 1.2.3");
	TAP_STRING(identity.serial, "FAKE0001");
	TAP_EQUAL(axl_device_engines(card.dut.device, engines,
				     sizeof(engines[0]), &count),
		  0);
	TAP_EQUAL(count, 16);
	TAP_STRING(engines[15].name, "nsp15");
	TAP_EQUAL(axl_device_memory(card.dut.device, &memory, sizeof(memory),
				    &regions),
		  0);
	TAP_EQUAL(memory.kind, AXL_MEMORY_DEVICE);
	TAP_EQUAL(memory.size, 4096ull << 20);
	TAP_EQUAL(memory.used, 96ull << 20);
	fake_qaic()->nonsense = true;
	TAP_EQUAL(axl_device_identity(card.dut.device, &identity,
				      sizeof(identity)),
		  0);
	TAP_STRING(identity.serial, "");
	TAP_EQUAL(axl_device_engines(card.dut.device, engines,
				     sizeof(engines[0]), &count),
		  -EIO);
	fake_qaic()->nonsense = false;
	/* Its node does not open: what sysfs has is still there. */
	fake_node(card.tree.root, "accel0", "errno 19");
	TAP_EQUAL(axl_device_health(card.dut.device, &health, sizeof(health)),
		  0);
	TAP_EQUAL(health.state, AXL_STATE_RESETTING);
	TAP_EQUAL(health.faults, 4);
	TAP_CHECK(axl_device_engines(card.dut.device, engines,
				     sizeof(engines[0]), &count) == -ENODEV);
	card_close(&card);
}

static void a_card_without_firmware_is_refused_in_words(void)
{
	struct axl_context *context;
	struct card card;

	TAP_REQUIRE(card_open(&card));
	fake_node(card.tree.root, "accel0", "errno 19");
	TAP_EQUAL(axl_context_create(card.dut.device, &context), -ENODEV);
	TAP_CHECK(strstr(axl_error_detail(card.dut.device), "firmware"));
	card_close(&card);
}

static const struct tap_case cases[] = {
	{ "buffers are sliced once, and used as they are",
	  buffers_are_sliced_once },
	{ "one buffer can have all ports of a program",
	  one_buffer_can_have_all_ports },
	{ "memory of the program is copied", memory_of_the_program_is_copied },
	{ "a job that needs what another writes waits for it",
	  jobs_that_depend_are_not_mixed },
	{ "a full channel is waited for, as long as there are jobs in it",
	  a_full_channel_is_waited_for },
	{ "a channel that stays full fails the job",
	  a_channel_that_stays_full_fails_the_job },
	{ "a message that finds no room is sent again",
	  a_message_that_finds_no_room_is_sent_again },
	{ "more programs than channels take turns",
	  more_programs_than_channels_take_turns },
	{ "a card that others have all of is busy, in words",
	  a_card_that_others_have_says_so },
	{ "a late job is killed, and the queue goes on after a reset",
	  a_late_job_is_killed_and_the_queue_goes_on },
	{ "a reset does not wait for what never ends",
	  a_reset_does_not_wait_for_what_never_ends },
	{ "a reset of the card fails jobs, and contexts stay",
	  a_reset_of_the_card_fails_jobs_and_no_more },
	{ "a job that finds the card booting fails, and contexts stay",
	  a_job_that_finds_the_card_booting_fails },
	{ "an idle queue gives its channel back",
	  an_idle_queue_gives_its_channel_back },
	{ "a card that refuses a program says why",
	  a_card_that_refuses_a_program_says_why },
	{ "what the card cannot do is refused in words",
	  what_the_card_cannot_do_is_refused },
	{ "the card tells about itself", the_card_tells_about_itself },
	{ "a card that does not come up is refused in words",
	  a_card_without_firmware_is_refused_in_words },
};
TAP_MAIN(cases)
