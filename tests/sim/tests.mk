# Whole peers under a virtual clock.
check_LIBRARIES += tests/sim/libsim.a
tests_sim_libsim_a_SOURCES = \
	tests/sim/call.c tests/sim/call.h \
	tests/sim/client.c tests/sim/client.h \
	tests/sim/net.c tests/sim/net.h \
	tests/sim/room.c tests/sim/room.h \
	tests/sim/stream.c tests/sim/stream.h \
	tests/sim/viewer.c tests/sim/viewer.h \
	tests/sim/world.c tests/sim/world.h
SIM_LDADD = tests/sim/libsim.a $(LDADD)

check_PROGRAMS += \
	tests/sim/test_bwe_links \
	tests/sim/test_bwe_shared \
	tests/sim/test_bwe_steps \
	tests/sim/test_data \
	tests/sim/test_explain \
	tests/sim/test_extensions \
	tests/sim/test_floods \
	tests/sim/test_forward \
	tests/sim/test_inlet \
	tests/sim/test_life \
	tests/sim/test_loss \
	tests/sim/test_overload \
	tests/sim/test_simulcast \
	tests/sim/test_start \
	tests/sim/test_workers
tests_sim_test_bwe_links_LDADD = $(SIM_LDADD)
tests_sim_test_bwe_shared_LDADD = $(SIM_LDADD)
tests_sim_test_bwe_steps_LDADD = $(SIM_LDADD)
tests_sim_test_data_LDADD = $(SIM_LDADD)
tests_sim_test_explain_LDADD = $(SIM_LDADD)
tests_sim_test_extensions_LDADD = $(SIM_LDADD)
tests_sim_test_floods_LDADD = $(SIM_LDADD)
tests_sim_test_forward_LDADD = $(SIM_LDADD)
tests_sim_test_inlet_LDADD = $(SIM_LDADD)
tests_sim_test_life_LDADD = $(SIM_LDADD)
tests_sim_test_loss_LDADD = $(SIM_LDADD)
tests_sim_test_overload_LDADD = $(SIM_LDADD)
tests_sim_test_simulcast_LDADD = $(SIM_LDADD)
tests_sim_test_start_LDADD = $(SIM_LDADD)
tests_sim_test_workers_LDADD = $(SIM_LDADD)
# A whole server, its plugins and its people.
check_LIBRARIES += tests/sim/whole/libwhole.a
tests_sim_whole_libwhole_a_SOURCES = tests/sim/whole/whole.h tests/sim/whole/server.c tests/sim/whole/phone.c \
	tests/sim/whole/person.c tests/sim/whole/moves.c tests/sim/whole/moves_room.c $(world)
check_PROGRAMS += tests/sim/whole/whole tests/sim/whole/memory
tests_sim_whole_whole_SOURCES = tests/sim/whole/whole.c
tests_sim_whole_whole_LDADD = tests/sim/whole/libwhole.a $(SIM_LDADD) -ldl
tests_sim_whole_memory_SOURCES = tests/sim/whole/memory.c
tests_sim_whole_memory_LDADD = tests/sim/whole/libwhole.a $(SIM_LDADD) -ldl
