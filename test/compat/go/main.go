// Command compat exercises the Go clients of Kafka against one broker: franz-go in the protocol versions of several
// releases, and sarama. It prints "ok CHECK" or "not ok CHECK: why" for each; its argument is the bootstrap address.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/IBM/sarama"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kversion"
)

var boot = os.Args[1]

func check(name string, run func(context.Context) error) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := run(ctx); err != nil {
		fmt.Printf("not ok %s: %v\n", name, err)
		return
	}
	fmt.Println("ok", name)
}

func client(options ...kgo.Opt) *kgo.Client {
	made, err := kgo.NewClient(append([]kgo.Opt{kgo.SeedBrokers(boot)}, options...)...)
	if err != nil {
		panic(err)
	}
	return made
}

func create(ctx context.Context, topic string, partitions int32, config map[string]*string) error {
	owner := client()
	defer owner.Close()
	_, err := kadm.NewClient(owner).CreateTopic(ctx, partitions, 1, config, topic)
	return err
}

// equal compares what is printed of two values.
func equal(what string, actual, expected any) error {
	if a, e := fmt.Sprint(actual), fmt.Sprint(expected); a != e {
		return fmt.Errorf("%s: %s is not %s", what, a, e)
	}
	return nil
}

func take(ctx context.Context, reader *kgo.Client, count int) error {
	for taken := 0; taken < count; {
		fetches := reader.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			return fmt.Errorf("after %d records: %w", taken, err)
		}
		taken += fetches.NumRecords()
	}
	return nil
}

func roundTrip(topic string, options ...kgo.Opt) func(context.Context) error {
	return func(ctx context.Context) error {
		if err := create(ctx, topic, 3, nil); err != nil {
			return err
		}
		writer := client(append(options, kgo.DefaultProduceTopic(topic))...)
		defer writer.Close()
		for i := range 300 {
			writer.Produce(ctx, kgo.KeyStringRecord(fmt.Sprint(i), strings.Repeat("v", 200)), nil)
		}
		if err := writer.Flush(ctx); err != nil {
			return err
		}
		reader := client(append(options, kgo.ConsumeTopics(topic), kgo.ConsumerGroup(topic))...)
		defer reader.Close()
		if err := take(ctx, reader, 300); err != nil {
			return err
		}
		if err := reader.CommitUncommittedOffsets(ctx); err != nil {
			return err
		}
		offsets, err := kadm.NewClient(reader).FetchOffsets(ctx, topic)
		if err != nil {
			return err
		}
		sum := int64(0)
		offsets.Each(func(offset kadm.OffsetResponse) { sum += offset.At })
		return equal("committed offsets", sum, 300)
	}
}

func rebalance(balancer kgo.GroupBalancer) func(context.Context) error {
	return func(ctx context.Context) error {
		topic := "rb-" + balancer.ProtocolName()
		if err := create(ctx, topic, 6, nil); err != nil {
			return err
		}
		for range 3 {
			member := client(kgo.ConsumeTopics(topic), kgo.ConsumerGroup(topic), kgo.Balancers(balancer),
				kgo.SessionTimeout(6*time.Second), kgo.HeartbeatInterval(300*time.Millisecond))
			defer member.Close()
			go func() {
				for !member.PollFetches(ctx).IsClientClosed() && ctx.Err() == nil {
				}
			}()
		}
		watcher := client()
		defer watcher.Close()
		last := ""
		for ; ctx.Err() == nil; time.Sleep(100 * time.Millisecond) {
			groups, err := kadm.NewClient(watcher).DescribeGroups(ctx, topic)
			if err != nil {
				continue
			}
			sizes := []int{}
			for _, member := range groups[topic].Members {
				if assigned, ok := member.Assigned.AsConsumer(); ok {
					count := 0
					for _, each := range assigned.Topics {
						count += len(each.Partitions)
					}
					sizes = append(sizes, count)
				}
			}
			last = fmt.Sprint(groups[topic].State, sizes)
			if last == "Stable[2 2 2]" {
				return nil
			}
		}
		return fmt.Errorf("the group stayed at %s", last)
	}
}

func admin(ctx context.Context) error {
	if err := create(ctx, "admin", 2, map[string]*string{"max.message.bytes": kadm.StringPtr("20000")}); err != nil {
		return err
	}
	owner := client(kgo.DefaultProduceTopic("admin"), kgo.RecordPartitioner(kgo.ManualPartitioner()),
		kgo.ProducerBatchCompression(kgo.NoCompression()))
	defer owner.Close()
	for i := range int64(6) {
		record := &kgo.Record{Partition: int32(i % 2), Value: []byte("v"), Timestamp: time.UnixMilli(1000 + i)}
		if err := owner.ProduceSync(ctx, record).FirstErr(); err != nil {
			return err
		}
	}
	tooLarge := owner.ProduceSync(ctx, &kgo.Record{Value: make([]byte, 30000)}).FirstErr()
	if !errors.Is(tooLarge, kerr.MessageTooLarge) {
		return fmt.Errorf("a record that is too large: %v", tooLarge)
	}
	asks := kadm.NewClient(owner)
	after, err := asks.ListOffsetsAfterMilli(ctx, 1003, "admin")
	if err != nil {
		return err
	}
	first, _ := after.Lookup("admin", 0)
	second, _ := after.Lookup("admin", 1)
	if err := equal("offsets after 1003", []int64{first.Offset, second.Offset}, []int64{2, 1}); err != nil {
		return err
	}
	deleted, err := asks.DeleteRecords(ctx, kadm.Offsets{"admin": {0: {Topic: "admin", Partition: 0, At: 1}}})
	if err != nil {
		return err
	}
	if low, _ := deleted.Lookup("admin", 0); low.Err != nil || low.LowWatermark != 1 {
		return fmt.Errorf("deleted records: %+v", low)
	}
	if grown, err := asks.UpdatePartitions(ctx, 5, "admin"); err != nil || grown["admin"].Err != nil {
		return fmt.Errorf("more partitions: %v %v", err, grown["admin"].Err)
	}
	topics, err := asks.ListTopics(ctx, "admin")
	if err != nil {
		return err
	}
	if err := equal("partitions", len(topics["admin"].Partitions), 5); err != nil {
		return err
	}
	gone, err := asks.DeleteTopics(ctx, "admin", "missing")
	if err != nil {
		return err
	}
	answers := []error{gone["admin"].Err, gone["missing"].Err}
	return equal("deleted topics", answers, []error{nil, kerr.UnknownTopicOrPartition})
}

func transactions(ctx context.Context) error {
	if err := create(ctx, "tx", 1, nil); err != nil {
		return err
	}
	writer := client(kgo.DefaultProduceTopic("tx"), kgo.TransactionalID("tx"))
	defer writer.Close()
	for _, commits := range []kgo.TransactionEndTry{kgo.TryCommit, kgo.TryAbort, kgo.TryCommit} {
		if err := writer.BeginTransaction(); err != nil {
			return err
		}
		if err := writer.ProduceSync(ctx, kgo.StringRecord(fmt.Sprint(commits))).FirstErr(); err != nil {
			return err
		}
		if err := writer.EndTransaction(ctx, commits); err != nil {
			return err
		}
	}
	reader := client(kgo.ConsumeTopics("tx"), kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	defer reader.Close()
	values := []string{}
	for len(values) < 2 {
		fetches := reader.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			return err
		}
		fetches.EachRecord(func(record *kgo.Record) { values = append(values, string(record.Value)) })
	}
	return equal("values", values, []string{"true", "true"})
}

func saramaRoundTrip(version sarama.KafkaVersion) func(context.Context) error {
	return func(ctx context.Context) error {
		topic := "sarama-" + version.String()
		if err := create(ctx, topic, 2, nil); err != nil {
			return err
		}
		config := sarama.NewConfig()
		config.Version = version
		config.Producer.Return.Successes = true
		config.Producer.Compression = sarama.CompressionSnappy
		config.Consumer.Offsets.Initial = sarama.OffsetOldest
		writer, err := sarama.NewSyncProducer([]string{boot}, config)
		if err != nil {
			return err
		}
		defer writer.Close()
		for i := range 5 {
			message := &sarama.ProducerMessage{Topic: topic, Key: sarama.StringEncoder(fmt.Sprint(i)), Value: sarama.StringEncoder("v")}
			if _, _, err := writer.SendMessage(message); err != nil {
				return err
			}
		}
		group, err := sarama.NewConsumerGroup([]string{boot}, topic, config)
		if err != nil {
			return err
		}
		defer group.Close()
		reading, stop := context.WithCancel(ctx)
		defer stop()
		counter := &counter{stop: stop, missing: make(chan struct{}, 5)}
		if err := group.Consume(reading, []string{topic}, counter); err != nil && ctx.Err() == nil && reading.Err() == nil {
			return err
		}
		return equal("consumed", len(counter.missing), 5)
	}
}

// counter is a consumer that stops after five messages.
type counter struct {
	stop    func()
	missing chan struct{}
}

func (*counter) Setup(sarama.ConsumerGroupSession) error   { return nil }
func (*counter) Cleanup(sarama.ConsumerGroupSession) error { return nil }
func (c *counter) ConsumeClaim(session sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim) error {
	for {
		select {
		case message, open := <-claim.Messages():
			if !open {
				return nil
			}
			session.MarkMessage(message, "")
			c.missing <- struct{}{}
			if len(c.missing) == cap(c.missing) {
				c.stop()
			}
		case <-session.Context().Done():
			return nil
		}
	}
}

func main() {
	codecs := []struct {
		name  string
		codec kgo.CompressionCodec
	}{
		{"none", kgo.NoCompression()}, {"gzip", kgo.GzipCompression()}, {"snappy", kgo.SnappyCompression()},
		{"lz4", kgo.Lz4Compression()}, {"zstd", kgo.ZstdCompression()},
	}
	for _, each := range codecs {
		check("franz-go: "+each.name, roundTrip(each.name, kgo.ProducerBatchCompression(each.codec)))
	}
	releases := []*kversion.Versions{
		kversion.V0_11_0(), kversion.V1_0_0(), kversion.V2_0_0(), kversion.V2_8_0(), kversion.V3_9_0(), kversion.V4_0_0(),
	}
	for _, each := range releases {
		name := each.VersionGuess()
		check("franz-go as of "+name, roundTrip("as-of-"+name, kgo.MaxVersions(each)))
	}
	balancers := []kgo.GroupBalancer{
		kgo.RangeBalancer(), kgo.RoundRobinBalancer(), kgo.StickyBalancer(), kgo.CooperativeStickyBalancer(),
	}
	for _, each := range balancers {
		check("franz-go: "+each.ProtocolName(), rebalance(each))
	}
	check("franz-go: admin", admin)
	check("franz-go: transactions", transactions)
	for _, each := range []sarama.KafkaVersion{sarama.V0_11_0_0, sarama.V1_0_0_0, sarama.V2_8_0_0, sarama.MaxVersion} {
		check("sarama as of "+each.String(), saramaRoundTrip(each))
	}
}
