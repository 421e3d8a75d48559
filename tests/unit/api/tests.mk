# tests of core/api; most of them talk to a live core in the test (tests/support/world.h)
check_PROGRAMS += \
	tests/unit/api/test_admin \
	tests/unit/api/test_admission \
	tests/unit/api/test_auth \
	tests/unit/api/test_busy \
	tests/unit/api/test_charge \
	tests/unit/api/test_limits \
	tests/unit/api/test_timing \
	tests/unit/api/test_check \
	tests/unit/api/test_exchange \
	tests/unit/api/test_door \
	tests/unit/api/test_longpoll \
	tests/unit/api/test_drain \
	tests/unit/api/test_watch \
	tests/unit/api/test_operation \
	tests/unit/api/test_api \
	tests/unit/api/test_admin_tokens \
	tests/unit/api/test_info \
	tests/unit/api/test_handleinfo \
	tests/unit/api/test_outbox \
	tests/unit/api/test_handle \
	tests/unit/api/test_captures \
	tests/unit/api/test_worst \
	tests/unit/api/test_statistics \
	tests/unit/api/test_routes \
	tests/unit/api/test_elsewhere \
	tests/unit/api/test_client \
	tests/unit/api/test_egress \
	tests/unit/api/test_errors \
	tests/unit/api/test_events \
	tests/unit/api/test_jwt \
	tests/unit/api/test_away \
	tests/unit/api/test_json \
	tests/unit/api/test_jsep \
	tests/unit/api/test_lifetimes \
	tests/unit/api/test_lodger \
	tests/unit/api/test_linklimits \
	tests/unit/api/test_listed \
	tests/unit/api/test_guest \
	tests/unit/api/test_media \
	tests/unit/api/test_message \
	tests/unit/api/test_params \
	tests/unit/api/test_quota \
	tests/unit/api/test_request \
	tests/unit/api/test_session \
	tests/unit/api/test_tickets \
	tests/unit/api/test_trickle \
	tests/unit/api/test_tokens \
	tests/unit/api/test_trace
tests_unit_api_test_admin_SOURCES = tests/unit/api/test_admin.c $(world)
tests_unit_api_test_admission_SOURCES = tests/unit/api/test_admission.c $(world)
tests_unit_api_test_away_SOURCES = tests/unit/api/test_away.c $(world)
tests_unit_api_test_lodger_SOURCES = tests/unit/api/test_lodger.c $(world)
tests_unit_api_test_auth_SOURCES = tests/unit/api/test_auth.c $(world)
tests_unit_api_test_check_SOURCES = tests/unit/api/test_check.c $(world)
tests_unit_api_test_exchange_SOURCES = tests/unit/api/test_exchange.c $(world)
tests_unit_api_test_door_SOURCES = tests/unit/api/test_door.c $(world)
tests_unit_api_test_longpoll_SOURCES = tests/unit/api/test_longpoll.c $(world)
tests_unit_api_test_drain_SOURCES = tests/unit/api/test_drain.c $(world)
tests_unit_api_test_egress_SOURCES = tests/unit/api/test_egress.c $(world)
tests_unit_api_test_client_SOURCES = tests/unit/api/test_client.c $(world)
tests_unit_api_test_elsewhere_SOURCES = tests/unit/api/test_elsewhere.c $(world)
tests_unit_api_test_routes_SOURCES = tests/unit/api/test_routes.c $(world)
tests_unit_api_test_statistics_SOURCES = tests/unit/api/test_statistics.c $(world)
tests_unit_api_test_worst_SOURCES = tests/unit/api/test_worst.c $(world)
tests_unit_api_test_captures_SOURCES = tests/unit/api/test_captures.c $(world)
tests_unit_api_test_handle_SOURCES = tests/unit/api/test_handle.c $(world)
tests_unit_api_test_outbox_SOURCES = tests/unit/api/test_outbox.c $(world)
tests_unit_api_test_handleinfo_SOURCES = tests/unit/api/test_handleinfo.c $(world)
tests_unit_api_test_info_SOURCES = tests/unit/api/test_info.c $(world)
tests_unit_api_test_admin_tokens_SOURCES = tests/unit/api/test_admin_tokens.c $(world)
tests_unit_api_test_api_SOURCES = tests/unit/api/test_api.c $(world)
tests_unit_api_test_operation_SOURCES = tests/unit/api/test_operation.c $(world)
tests_unit_api_test_watch_SOURCES = tests/unit/api/test_watch.c $(world)
tests_unit_api_test_errors_SOURCES = tests/unit/api/test_errors.c $(world)
tests_unit_api_test_events_SOURCES = tests/unit/api/test_events.c $(world)
tests_unit_api_test_guest_SOURCES = tests/unit/api/test_guest.c $(world)
tests_unit_api_test_jwt_SOURCES = tests/unit/api/test_jwt.c $(world)
tests_unit_api_test_jsep_SOURCES = tests/unit/api/test_jsep.c $(world)
tests_unit_api_test_trickle_SOURCES = tests/unit/api/test_trickle.c $(world)
tests_unit_api_test_media_SOURCES = tests/unit/api/test_media.c $(world)
tests_unit_api_test_message_SOURCES = tests/unit/api/test_message.c $(world)
tests_unit_api_test_charge_SOURCES = tests/unit/api/test_charge.c $(world)
tests_unit_api_test_limits_SOURCES = tests/unit/api/test_limits.c $(world)
tests_unit_api_test_timing_SOURCES = tests/unit/api/test_timing.c $(world)
tests_unit_api_test_request_SOURCES = tests/unit/api/test_request.c $(world)
tests_unit_api_test_session_SOURCES = tests/unit/api/test_session.c $(world)
