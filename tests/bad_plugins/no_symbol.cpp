// A shared library like any other: no plugin.
extern "C" __attribute__((visibility("default"))) int not_a_plugin() { return 1; }
