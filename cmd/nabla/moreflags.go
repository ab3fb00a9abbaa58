package main

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/nabla-go/nabla/metrics"
	"github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/train"
)

// layerFlags say more of the layers of a network.
func (p *trainPlan) layerFlags() []flag {
	share := func(name, usage string, to *float64) flag {
		return newFlag(name, 0.0, usage, func(v float64) error {
			*to = v
			return want(v >= 0 && v < 1, "a number of at least 0 and less than 1")
		})
	}
	return []flag{
		newFlag("layer-norm", false, "normalise the pre-activations of hidden layers (there is no batch normalisation: it makes the result of a sample depend on its batch)", func(v bool) error {
			p.layerNorm = v
			return nil
		}),
		newNamesFlag("init", "scaled-normal", "how weights start, for all layers or one for each, the output's last", initNames(), func(v []string) error {
			p.inits = nil
			for _, name := range v {
				init, err := net.ParseInit(name)
				if err != nil {
					return err
				}
				p.inits = append(p.inits, init)
			}
			return want(len(p.inits) == 1 || len(p.inits) == len(p.hidden)+1, "one initialisation, or one for each of the %d layers", len(p.hidden)+1)
		}),
		share("dropout", "probability with which a hidden neuron is left out of a step", &p.dropout),
		share("input-dropout", "probability with which an input is left out of a step", &p.inputDropout),
	}
}

// initNames returns the names of the initialisations that a network can be trained from.
func initNames() (names []string) {
	for _, i := range net.Inits() {
		if i != net.Zero {
			names = append(names, i.Name)
		}
	}
	return names
}

// rateFlags say how the learning rate changes.
func (p *trainPlan) rateFlags() []flag {
	o := &p.options
	names := append([]string{"auto"}, ruleNames()...)
	schedule := newFlag("schedule", "auto", "how the learning rate changes, with parameters if you like, as in step:every=10,factor=0.5: "+oneOf(names), func(v string) (err error) {
		name, parameters, _ := strings.Cut(v, ":")
		if err := wantName(name, names); err != nil {
			return err
		}
		if name == "auto" {
			return want(parameters == "", "auto without parameters")
		}
		o.Schedule, err = parseSchedule(name, parameters)
		return err
	})
	schedule.takes = names
	return []flag{
		schedule,
		newNameFlag("schedule-by", "epoch", "what a schedule counts", []string{"epoch", "step"}, func(v string) error {
			o.Schedule.BySteps = v == "step"
			return o.Schedule.Check()
		}),
		newFlag("warmup", 0, "epochs, or steps with --schedule-by step, in which the learning rate rises on a straight line before the schedule begins", func(v int) error {
			o.Schedule.Warmup = v
			return want(v >= 0, "at least 0")
		}),
		newFlag("warmup-from", 0.0, "factor of the learning rate that the warm-up of length n begins with (default 1/(n+1))", func(v float64) error {
			o.Schedule.WarmupFrom = v
			if v == 0 && o.Schedule.Warmup > 0 && !p.given("warmup-from") {
				o.Schedule.WarmupFrom = 1 / float64(o.Schedule.Warmup+1)
			}
			return want(v >= 0 && v <= math.MaxFloat64, "a finite number of at least 0")
		}),
		newFlag("layer-rates", "", "factors of the learning rate, one for each layer, as in 0.1,1", func(v string) error {
			for _, s := range commaList([]string{v}) {
				f, err := strconv.ParseFloat(s, 64)
				if err != nil || !(f >= 0 && f <= math.MaxFloat64) {
					return want(false, "numbers of at least 0 with commas between")
				}
				o.LayerRates = append(o.LayerRates, f)
			}
			return nil
		}),
		newFlag("freeze", "", "layers whose parameters stay as they are, as in 1,2", func(v string) error {
			for _, s := range commaList([]string{v}) {
				n, err := strconv.Atoi(s)
				if err != nil || n < 1 {
					return want(false, "numbers of layers from 1 with commas between")
				}
				p.frozen = append(p.frozen, n)
			}
			return nil
		}),
	}
}

func ruleNames() (names []string) {
	for _, r := range train.Rules() {
		names = append(names, r.Name)
	}
	return names
}

// parseSchedule returns the schedule of a rule with parameters such as
// every=10,factor=0.5.
func parseSchedule(rule, parameters string) (train.Schedule, error) {
	r, err := train.ParseRule(rule)
	if err != nil {
		return train.Schedule{}, err
	}
	var known []string
	for _, p := range r.Parameters {
		known = append(known, p.Name)
	}
	s := r.Schedule()
	for _, part := range commaList([]string{parameters}) {
		name, text, ok := strings.Cut(part, "=")
		x, err := strconv.ParseFloat(text, 64)
		switch {
		case len(known) == 0:
			return s, fmt.Errorf("%s has no parameters", rule)
		case !ok || !slices.Contains(known, name):
			return s, fmt.Errorf("%q: want name=value, the name being %s", part, oneOf(known))
		case err != nil:
			return s, fmt.Errorf("%q: want a number behind %s=", part, name)
		}
		s = s.With(name, x)
	}
	return s, s.Check()
}

// setLayerRates makes of --layer-rates and --freeze what a network of so many layers takes.
func (p *trainPlan) setLayerRates(layers int) error {
	o := &p.options
	if n := len(o.LayerRates); n > 0 && n != layers {
		return usagef("--layer-rates: %d factors for %d layers: want one for each", n, layers)
	}
	for _, l := range p.frozen {
		if l > layers {
			return usagef("--freeze %d: the network has %d layers", l, layers)
		}
		if len(o.LayerRates) == 0 {
			o.LayerRates = slices.Repeat([]float64{1}, layers)
		}
		o.LayerRates[l-1] = 0
	}
	return nil
}

// regularFlags work against overfitting and steps that are too long.
func (p *trainPlan) regularFlags() []flag {
	o := &p.options
	amount := func(name, usage string, to *float64) flag {
		return newFlag(name, 0.0, usage, func(v float64) error {
			if p.given(name) {
				*to = v
			}
			return want(v >= 0 && v <= math.MaxFloat64, "a finite number of at least 0")
		})
	}
	return []flag{
		amount("l1", "λ of the penalty λ Σ |w|", &o.Decay.L1),
		amount("l2", "λ of the penalty ½ λ Σ w² (a little unless --optimizer is given)", &o.Decay.L2),
		amount("decay", "λ of w −= η λ w beside the gradient, for any optimizer", &o.Decay.Decoupled),
		newFlag("decay-biases", false, "biases decay as well", func(v bool) error {
			o.Decay.Biases = v
			return nil
		}),
		amount("clip-value", "largest absolute value of an element of the gradient; 0 for no limit", &o.ClipValue),
		amount("clip-norm", "largest norm of the whole gradient; 0 for no limit", &o.ClipNorm),
		amount("max-norm", "largest norm of the weights into a neuron; 0 for no limit", &o.MaxNorm),
		amount("noise", "standard deviation of noise on the inputs, after scaling", &o.InputNoise),
		newFlag("label-smoothing", 0.0, "s of targets (1−s) t + s/K for K classes", func(v float64) error {
			o.LabelSmoothing = v
			return want(v >= 0 && v < 1, "a number of at least 0 and less than 1")
		}),
		newFlag("class-weight", "", "what samples of a class count: balanced (all classes alike), or name=weight,… (others 1)", func(v string) error {
			p.classWeight = v
			return nil
		}),
	}
}

// setClassWeights makes of --class-weight a weight for each class.
func (p *trainPlan) setClassWeights(labels []int, classes []string) error {
	if p.classWeight == "" {
		return nil
	}
	if labels == nil || len(classes) < 2 {
		return usagef("--class-weight is for classes: the target has none")
	}
	if p.classWeight == "balanced" {
		w, err := train.BalancedWeights(labels, len(classes))
		p.options.ClassWeights = w
		return err
	}
	weights := slices.Repeat([]float64{1}, len(classes))
	for _, part := range commaList([]string{p.classWeight}) {
		i := strings.LastIndexByte(part, '=')
		name, text := part, ""
		if i >= 0 {
			name, text = part[:i], part[i+1:]
		}
		w, err := strconv.ParseFloat(text, 64)
		if i < 0 || err != nil || !(w >= 0 && w <= math.MaxFloat64) {
			return usagef("--class-weight: %q: want balanced, or name=weight with a number of at least 0", part)
		}
		c := slices.Index(classes, name)
		if c < 0 {
			return usagef("--class-weight: there is no class %q: want %s", name, oneOf(classes))
		}
		weights[c] = w
	}
	p.options.ClassWeights = weights
	return nil
}

// stopFlags say what is measured while a training goes on, and when it ends.
func (p *trainPlan) stopFlags() []flag {
	o := &p.options
	parse := func(names []string) (ms []*metrics.Metric, err error) {
		for _, name := range names {
			m, err := metrics.Parse(name)
			if err != nil {
				return nil, err
			}
			ms = append(ms, m)
		}
		return ms, nil
	}
	names := metricNames()
	list := newFlag("metrics", "", "what is measured after each epoch and at the end, as in f1_macro,roc_auc: "+strings.Join(names, ", "), func(v string) (err error) {
		if o.Metrics, err = parse(commaList([]string{v})); err != nil {
			return want(false, "some of %s", strings.Join(names, ", "))
		}
		return nil
	})
	validation := newFlag("validation", "", "a CSV file by which epochs are judged; without it and --validation-share that is the test data", func(v string) error {
		p.data.validation = v
		if v != "" && !p.data.isTable {
			return usagef("--validation is for CSV files, --data is %s", p.data.path)
		}
		return nil
	})
	validation.files = true
	return []flag{
		validation,
		newFlag("validation-share", 0.0, "share of the training data by which epochs are judged (default 0.1 with --patience)", func(v float64) error {
			p.data.validationShare = v
			if p.given("validation-share") && p.data.validation != "" {
				return usagef("--validation-share goes without --validation")
			}
			return want(v >= 0 && v < 1, "a number of at least 0 and less than 1")
		}),
		newFlag("patience", 0, "stop after so many epochs without an improvement of the validation data, and take the best epoch; 0 for never", func(v int) error {
			o.Patience = v
			if v > 0 && p.data.validation == "" && !p.given("validation-share") {
				p.data.validationShare = 0.1
			}
			if v > 0 && p.data.validation == "" && p.data.validationShare == 0 {
				return usagef("--patience needs data to judge by: want --validation or a --validation-share above 0")
			}
			return want(v >= 0, "at least 0")
		}),
		list,
		newNameFlag("watch", "cost", "what makes an epoch better, for --patience and --schedule plateau", append([]string{"cost"}, names...), func(v string) error {
			if v == "cost" {
				return nil
			}
			m, err := metrics.Parse(v)
			o.Watch = m
			return err
		}),
	}
}

// metricNames returns the names of the metrics that are single numbers.
func metricNames() (names []string) {
	for _, m := range metrics.All() {
		if m.Value != nil {
			names = append(names, m.Name)
		}
	}
	return names
}
