"""All requirements: plain functions that judge what one provider did in one scenario. No I/O of their own."""
