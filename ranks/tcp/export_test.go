package tcp

// Drop ends the connections of s as the end of its process does.
func Drop(s *Comm) {
	for _, conn := range s.conns {
		if conn != nil {
			conn.Close()
		}
	}
}
