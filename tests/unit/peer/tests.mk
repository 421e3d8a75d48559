# control half
check_PROGRAMS += \
	tests/unit/peer/test_answer \
	tests/unit/peer/test_blob \
	tests/unit/peer/test_graph \
	tests/unit/peer/test_inlet \
	tests/unit/peer/test_link \
	tests/unit/peer/test_links \
	tests/unit/peer/test_offer \
	tests/unit/peer/test_offered \
	tests/unit/peer/test_forward \
	tests/unit/peer/test_path \
	tests/unit/peer/test_plan \
	tests/unit/peer/test_view
EXTRA_DIST += tests/unit/peer/fake_worker.h tests/unit/peer/plain_world.h tests/unit/peer/planning.h
