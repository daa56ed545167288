"""The package org."""
