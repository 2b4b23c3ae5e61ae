CREATE TABLE audit_chain (
	sequence INTEGER NOT NULL, 
	hash TEXT NOT NULL, 
	event_id TEXT NOT NULL, 
	timestamp TEXT NOT NULL, 
	pruned_sequence INTEGER NOT NULL, 
	pruned_hash TEXT NOT NULL, 
	PRIMARY KEY (sequence)
)
;
CREATE TABLE audit_key (
	key VARCHAR NOT NULL, 
	PRIMARY KEY (key)
)
;
CREATE TABLE cluster (
	id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	cloud_provider TEXT NOT NULL, 
	region TEXT NOT NULL, 
	description TEXT, 
	kubernetes_mode TEXT NOT NULL, 
	instance_type TEXT NOT NULL, 
	disk_size BIGINT NOT NULL, 
	min_nodes BIGINT NOT NULL, 
	max_nodes BIGINT NOT NULL, 
	production BOOLEAN NOT NULL, 
	features TEXT NOT NULL, 
	route TEXT NOT NULL, 
	kubeconfig TEXT NOT NULL, 
	endpoint TEXT NOT NULL, 
	created_at TEXT NOT NULL, 
	updated_at TEXT NOT NULL, 
	sensitive_paths TEXT NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (name)
)
;
CREATE TABLE event (
	sequence INTEGER NOT NULL, 
	id TEXT NOT NULL, 
	timestamp TEXT NOT NULL, 
	event_type TEXT NOT NULL, 
	target_type TEXT NOT NULL, 
	target_id TEXT NOT NULL, 
	target_name TEXT NOT NULL, 
	address TEXT, 
	change TEXT NOT NULL, 
	"user" TEXT NOT NULL, 
	tool TEXT NOT NULL, 
	workspace TEXT NOT NULL, 
	run_id TEXT, 
	plan_id TEXT, 
	message TEXT, 
	source TEXT, 
	forced_by TEXT NOT NULL, 
	error TEXT, 
	context TEXT NOT NULL, 
	post_state TEXT NOT NULL, 
	patch TEXT, 
	previous_hash TEXT NOT NULL, 
	hash TEXT NOT NULL, 
	PRIMARY KEY (sequence), 
	UNIQUE (id)
)
;
CREATE INDEX event_by_address ON event (address, sequence, target_id)
;
CREATE INDEX event_by_change ON event (change, sequence)
;
CREATE INDEX event_by_plan ON event (plan_id, sequence)
;
CREATE INDEX event_by_run ON event (run_id, sequence)
;
CREATE INDEX event_by_target ON event (target_type, target_name, sequence)
;
CREATE INDEX event_by_target_id ON event (target_id, sequence, target_type)
;
CREATE INDEX event_by_target_type ON event (target_type, sequence)
;
CREATE INDEX event_by_time ON event (timestamp, sequence)
;
CREATE INDEX event_by_tool ON event (tool, sequence)
;
CREATE INDEX event_by_type ON event (event_type, sequence)
;
CREATE INDEX event_by_user ON event ("user", sequence)
;
CREATE INDEX event_by_workspace ON event (workspace, sequence)
;
CREATE FUNCTION event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TG_OP = 'DELETE' AND OLD.sequence <= (SELECT pruned_sequence FROM audit_chain) THEN RETURN OLD; END IF; RAISE EXCEPTION 'the audit log is append-only'; END $$
;
CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE ON event FOR EACH ROW EXECUTE FUNCTION event_is_append_only()
;
CREATE TABLE plan (
	id TEXT NOT NULL, 
	created TEXT NOT NULL, 
	workspace TEXT NOT NULL, 
	mode TEXT NOT NULL, 
	"user" TEXT NOT NULL, 
	tool TEXT NOT NULL, 
	context TEXT NOT NULL, 
	status TEXT NOT NULL, 
	digest TEXT NOT NULL, 
	lineage TEXT NOT NULL, 
	serial INTEGER NOT NULL, 
	imported INTEGER NOT NULL, 
	added INTEGER NOT NULL, 
	changed INTEGER NOT NULL, 
	destroyed INTEGER NOT NULL, 
	variables TEXT NOT NULL, 
	document BYTEA NOT NULL, 
	PRIMARY KEY (id)
)
;
CREATE INDEX plan_by_time ON plan (workspace, created)
;
CREATE TABLE run (
	id TEXT NOT NULL, 
	plan_id TEXT NOT NULL, 
	workspace TEXT NOT NULL, 
	"user" TEXT NOT NULL, 
	tool TEXT NOT NULL, 
	message TEXT, 
	context TEXT NOT NULL, 
	started TEXT NOT NULL, 
	finished TEXT, 
	status TEXT NOT NULL, 
	digest TEXT NOT NULL, 
	imported INTEGER NOT NULL, 
	added INTEGER NOT NULL, 
	changed INTEGER NOT NULL, 
	destroyed INTEGER NOT NULL, 
	error TEXT, 
	durations BYTEA NOT NULL, 
	PRIMARY KEY (id)
)
;
CREATE INDEX run_by_plan ON run (plan_id)
;
CREATE INDEX run_by_time ON run (workspace, started)
;
CREATE TABLE state_lock (
	workspace TEXT NOT NULL, 
	id TEXT NOT NULL, 
	operation TEXT NOT NULL, 
	who TEXT NOT NULL, 
	version TEXT NOT NULL, 
	created TEXT NOT NULL, 
	path TEXT NOT NULL, 
	host TEXT NOT NULL, 
	pid INTEGER NOT NULL, 
	process TEXT NOT NULL, 
	PRIMARY KEY (workspace)
)
;
CREATE TABLE workspace (
	name TEXT NOT NULL, 
	lineage TEXT NOT NULL, 
	serial INTEGER NOT NULL, 
	version_floor INTEGER NOT NULL, 
	PRIMARY KEY (name)
)
;
CREATE TABLE check_result (
	workspace TEXT NOT NULL, 
	address TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	status TEXT NOT NULL, 
	problems TEXT NOT NULL, 
	evaluated BOOLEAN NOT NULL, 
	PRIMARY KEY (workspace, address), 
	FOREIGN KEY(workspace) REFERENCES workspace (name)
)
;
CREATE TABLE environment (
	id TEXT NOT NULL, 
	cluster_id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	mode TEXT NOT NULL, 
	environment_variables TEXT NOT NULL, 
	secrets TEXT NOT NULL, 
	deployment_rule TEXT NOT NULL, 
	created_at TEXT NOT NULL, 
	updated_at TEXT NOT NULL, 
	sensitive_paths TEXT NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (cluster_id, name), 
	FOREIGN KEY(cluster_id) REFERENCES cluster (id)
)
;
CREATE TABLE output (
	workspace TEXT NOT NULL, 
	name TEXT NOT NULL, 
	value TEXT NOT NULL, 
	sensitive BOOLEAN NOT NULL, 
	PRIMARY KEY (workspace, name), 
	FOREIGN KEY(workspace) REFERENCES workspace (name)
)
;
CREATE TABLE resource_instance (
	workspace TEXT NOT NULL, 
	address TEXT NOT NULL, 
	deposed TEXT NOT NULL, 
	module TEXT NOT NULL, 
	mode TEXT NOT NULL, 
	type TEXT NOT NULL, 
	name TEXT NOT NULL, 
	instance_key TEXT, 
	provider TEXT NOT NULL, 
	schema_version INTEGER NOT NULL, 
	attributes TEXT NOT NULL, 
	sensitive_paths TEXT NOT NULL, 
	dependencies TEXT NOT NULL, 
	create_before_destroy BOOLEAN NOT NULL, 
	status TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	PRIMARY KEY (workspace, address, deposed), 
	FOREIGN KEY(workspace) REFERENCES workspace (name)
)
;
CREATE INDEX resource_instance_by_type ON resource_instance (workspace, type, name)
;
CREATE TABLE service (
	id TEXT NOT NULL, 
	environment_id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	cpu BIGINT NOT NULL, 
	memory BIGINT NOT NULL, 
	min_instances BIGINT NOT NULL, 
	max_instances BIGINT NOT NULL, 
	auto_deploy BOOLEAN NOT NULL, 
	custom_domains TEXT NOT NULL, 
	environment_variables TEXT NOT NULL, 
	secrets TEXT NOT NULL, 
	container TEXT NOT NULL, 
	application TEXT NOT NULL, 
	database TEXT NOT NULL, 
	helm TEXT NOT NULL, 
	job TEXT NOT NULL, 
	port TEXT NOT NULL, 
	healthcheck TEXT NOT NULL, 
	storage TEXT NOT NULL, 
	internal_host TEXT NOT NULL, 
	external_hosts TEXT NOT NULL, 
	host TEXT, 
	host_port BIGINT, 
	login TEXT, 
	password TEXT, 
	created_at TEXT NOT NULL, 
	updated_at TEXT NOT NULL, 
	sensitive_paths TEXT NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (environment_id, name), 
	FOREIGN KEY(environment_id) REFERENCES environment (id)
)
