# The chores. `make demo` and `make test` are all that a newcomer needs; both install first.
# Only Python 3.11 to 3.13, git and make are assumed.

PYTHON ?= python3
VENV ?= .venv
DEMO ?= demo-out
BIN = $(VENV)/bin
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
# Two files of tests at a time: most of their time goes into JAX, which compiles on one core. A file
# stays whole, since its tests share what is fitted for them.
PYTEST = $(COMPILED) $(ALONE) $(BIN)/python -m pytest -n 2 --dist loadfile
# What JAX compiled for one of them need not be compiled for the other, or again tomorrow. It is
# compiled in half the time where it need not be the quickest.
COMPILED = JAX_COMPILATION_CACHE_DIR=$(CURDIR)/build/compiled \
	JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS=0.3 \
	XLA_FLAGS="--xla_backend_optimization_level=1 --xla_cpu_use_fusion_emitters=false \
	--xla_cpu_parallel_codegen_split_count=1"
# Threads of one that wait for each other would take the time of the other.
ALONE = OPENBLAS_NUM_THREADS=1
# What shows within a minute that something broke: rules, kernels in every form, launches, the path,
# what a render promises, three pictures.
QUICK = tests/twins tests/golden $(patsubst %,tests/unit/test_%.py,house docs device planes order \
	latitude camera film_in_hand render_contract)

.PHONY: demo test lint check lab bench fuzz assets shelf lab-shelf grain golden hosts intel pictures docs clean

demo: $(VENV)/installed            ## render the built-in scene into demo-out/
	$(BIN)/spectral-film demo $(DEMO) --overwrite

test: $(VENV)/installed-dev        ## the whole suite
	$(PYTEST)

lint: $(VENV)/installed-dev        ## format, lint, types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

check: lint                        ## before each commit, in about a minute; CI runs the rest
	$(PYTEST) -m "not slow" $(QUICK)

lab: $(VENV)/installed-dev         ## the film under the instruments
	$(BIN)/python -m pytest tests/lab

bench: $(VENV)/installed-dev       ## Mpx/s of each stage; the player against the engine
	mkdir -p build
	$(BIN)/python scripts/benchmark.py --json build/benchmark.json
	$(BIN)/spectral-film bake pack -o build/bench-pack --overwrite
	$(BIN)/python scripts/benchmark_pack.py build/bench-pack

assets: $(VENV)/installed-dev      ## remake every table and film model from its sources
	$(BIN)/python scripts/make_tables.py
	$(BIN)/python scripts/make_upsampling.py
	$(BIN)/python scripts/make_demo_scene.py
	$(BIN)/python scripts/make_dye_family.py
	$(BIN)/python scripts/make_shelf.py
	$(BIN)/python scripts/describe_film_file.py

lab-shelf: $(VENV)/installed-dev   ## every stock under the instruments, a page each in build/; half an hour
	mkdir -p build
	for film in assets/films/*.h5; do stock=$$(basename $$film .h5); \
		$(BIN)/spectral-film --quiet lab $$stock --strict -o build/lab-$$stock.html --overwrite || exit 1; done

shelf: $(VENV)/installed-dev        ## remake every stock from its sheet, in 20 minutes
	$(BIN)/python scripts/make_shelf.py

grain: $(VENV)/installed-dev        ## train the network of grain and measure it; an hour
	$(BIN)/python -m reference.grain.train -o assets/grain/network.h5
	$(BIN)/python scripts/measure_grain.py

fuzz: $(VENV)/installed-dev        ## damaged files of every kind; minutes
	$(BIN)/python scripts/fuzz.py --count 5000

golden: $(VENV)/installed-dev      ## remake the pictures that tests/golden holds renders to
	$(BIN)/python tests/golden/shots.py

hosts: $(VENV)/installed-dev       ## fetch other programs that play what is baked (1 GB), and run them
	for release in 2.2.0 2.3.0 2.4.2 2.5.0; do \
		$(BIN)/python -m pip install --quiet --no-deps --upgrade \
			--target build/hosts/opencolorio-$$release opencolorio==$$release || exit 1; \
	done
	$(BIN)/python -m venv build/hosts/blender
	build/hosts/blender/bin/python -m pip install --quiet bpy==5.0.1
	$(BIN)/python -m pytest -m hosts -rP tests/hosts

INTEL = $(CURDIR)/build/intel
ON_INTEL = LD_LIBRARY_PATH=$(INTEL)/lib OCL_ICD_VENDORS=$(INTEL)/vendors XDG_CACHE_HOME=$(INTEL)/cache

build/intel/vendors/intel.icd: $(VENV)/installed-dev
	$(BIN)/python -m pip install --quiet --prefix $(INTEL) intel-opencl-rt intel-cmplr-lib-rt
	mkdir -p $(@D)
	echo $(INTEL)/lib/libintelocl.so > $@

# As they are compiled, and those of the stages as they come from a cache; in a render's form.
intel: build/intel/vendors/intel.icd  ## fetch Intel's OpenCL for CPUs (.7 GB); the twins on it, twice
	rm -rf $(INTEL)/cache
	for twins in tests/twins tests/twins/test_stages.py; do \
		$(ON_INTEL) $(PYTEST) $$twins -k "vector-shared and not pthread" || exit 1; \
	done

pictures: $(VENV)/installed-dev    ## remake the pictures of the documents; needs Chromium
	$(BIN)/python scripts/make_pictures.py
	$(BIN)/python scripts/make_studio_pictures.py

docs: $(VENV)/installed-dev        ## the site of the documents, in build/docs; nothing is fetched
	$(BIN)/python -m sphinx -W -q -d build/doctrees docs build/docs
	@echo "open build/docs/index.html"

clean:                             ## everything made, but not .venv
	rm -rf build dist demo-out docs/api docs/commands *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

# An editable install: sources are used where they lie, so only a change of these two files or
# of the environment asks for another.
$(VENV)/installed: pyproject.toml constraints.txt | $(BIN)/python
	$(INSTALL) -e .
	touch $@

$(VENV)/installed-dev: pyproject.toml constraints.txt | $(BIN)/python
	$(INSTALL) -e '.[dev]'
	touch $@ $(VENV)/installed

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)
