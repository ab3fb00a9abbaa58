package checkpoint

import (
	"time"

	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/train"
)

// An Interval says how often a state is saved. What is 0 doesn't count; of the others
// the first that has passed does.
type Interval struct {
	Steps, Epochs int
	Time          time.Duration
}

// A Saver saves the states of a training while it goes on: it copies the state between two
// steps, and another goroutine writes the copy. A copy that is still being written delays
// the next one and never the training.
type Saver[T kernels.Float] struct {
	dir           *Dir
	trainer       *train.Trainer[T]
	every         Interval
	before        func() error // before a state is written; may be nil
	steps, epochs int          // of the last copy
	at            time.Time    // of the last copy
	writing       chan error   // receives the result of the write under way; nil if there is none
}

// NewSaver returns a saver of trainer's states to dir. before, if not nil, is called by the
// other goroutine before each write.
func NewSaver[T kernels.Float](dir *Dir, trainer *train.Trainer[T], every Interval, before func() error) *Saver[T] {
	return &Saver[T]{dir: dir, trainer: trainer, every: every, before: before, steps: trainer.Steps(), epochs: trainer.Epochs(), at: time.Now()}
}

// Step saves the state if it is due. Call it after each step.
func (s *Saver[T]) Step() error {
	due, err := s.Due()
	if due {
		s.Save()
	}
	return err
}

// Due reports whether the interval has passed and the last copy is written. An error is that of
// an earlier write.
func (s *Saver[T]) Due() (bool, error) {
	select {
	case err := <-s.writing:
		if s.writing = nil; err != nil {
			return false, err
		}
	default:
	}
	steps, epochs := s.trainer.Steps(), s.trainer.Epochs()
	due := s.every.Steps > 0 && steps-s.steps >= s.every.Steps || s.every.Epochs > 0 && epochs-s.epochs >= s.every.Epochs ||
		s.every.Time > 0 && time.Since(s.at) >= s.every.Time
	return due && s.writing == nil, nil
}

// Save begins to write a copy of the state. The last one must be written.
func (s *Saver[T]) Save() {
	state := s.trainer.State()
	failed := s.trainer.Failed() // with others that have parts of the state
	s.steps, s.epochs, s.at = state.Steps, state.Epochs, time.Now()
	writing := make(chan error, 1)
	s.writing = writing
	go func() {
		err := failed
		if err == nil && s.before != nil {
			err = s.before()
		}
		if err == nil {
			err = Save(s.dir, state)
		}
		writing <- err
	}()
}

// Wait waits until the last copy is written and returns its error.
func (s *Saver[T]) Wait() error {
	if s.writing == nil {
		return nil
	}
	err := <-s.writing
	s.writing = nil
	return err
}

// Finish saves the state of the moment and waits until it is written.
func (s *Saver[T]) Finish() error {
	if err := s.Wait(); err != nil {
		return err
	}
	s.Save()
	return s.Wait()
}
